/** The configuration of a private nginx with libmodsecurity 3 in front of an upstream; nothing of /etc/nginx is used. */
import type { ServerPlan, SitePlan } from "./waf.ts";

/** The configuration text. */
export function nginxConfiguration(plan: ServerPlan): string {
  const { directory, upstreamPort, sites, workers, limits } = plan;
  const temporary = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"];
  return `
load_module /usr/lib/nginx/modules/ngx_http_modsecurity_module.so;
${process.getuid?.() === 0 ? "user www-data;" : ""}
daemon off;
pid ${directory}/server.pid;
error_log ${directory}/error.log info;
worker_processes ${workers};
events { worker_connections 512; }
http {
  access_log off;
${temporary.map((kind) => `  ${kind}_temp_path ${directory}/data/${kind};`).join("\n")}
  client_max_body_size ${limits?.totalBytes ?? 13_107_200};
  large_client_header_buffers 4 32k;
  keepalive_requests 1000000;
  keepalive_timeout 60s;
  upstream application { server 127.0.0.1:${upstreamPort}; keepalive 32; keepalive_timeout 2s; }
${sites.map((site) => server(plan, site)).join("\n")}
}
`;
}

/** The command that runs it in the foreground, as one process where `isAlone`. */
export function nginxCommand(configurationFile: string, isAlone: boolean): readonly string[] {
  return ["nginx", "-c", configurationFile, ...(isAlone ? ["-g", "master_process off;"] : [])];
}

function server({ port }: ServerPlan, { name, rulesFile, isDefault }: SitePlan): string {
  return `
  server {
    listen 127.0.0.1:${port}${isDefault ? " default_server" : ""};
    server_name ${name};
    modsecurity on;
    modsecurity_rules_file ${rulesFile};
    location / {
      proxy_pass http://application;
      proxy_http_version 1.1;
      proxy_set_header Connection "";
      proxy_set_header Host $http_host;
      proxy_read_timeout 120s;
    }
  }`;
}
