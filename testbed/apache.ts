/** The configuration of a private Apache with ModSecurity 2 in front of an upstream; nothing of /etc/apache2 is used. */
import type { ServerPlan, SitePlan } from "./waf.ts";

const modules = ["mpm_event", "authz_core", "unique_id", "proxy", "proxy_http", "security2"];
const moduleFiles: Readonly<Record<string, string>> = { security2: "mod_security2.so" };

/** The configuration text. */
export function apacheConfiguration(plan: ServerPlan): string {
  const { directory, port, sites, workers } = plan;
  const threads = 25;
  return `
ServerRoot ${directory}
PidFile ${directory}/server.pid
Listen 127.0.0.1:${port}
ServerName localhost
Mutex file:${directory}/data default
${modules.map((name) => `LoadModule ${name}_module /usr/lib/apache2/modules/${moduleFiles[name] ?? `mod_${name}.so`}`).join("\n")}
User www-data
Group www-data
ErrorLog ${directory}/error.log
LogLevel warn
Timeout 120
ServerLimit ${workers}
StartServers ${workers}
ThreadsPerChild ${threads}
MaxRequestWorkers ${workers * threads}
MinSpareThreads ${workers * threads}
MaxSpareThreads ${workers * threads}
KeepAlive On
MaxKeepAliveRequests 0
KeepAliveTimeout 60
AllowEncodedSlashes NoDecode
ProxyPreserveHost On
SecDataDir ${directory}/data
SecPcreMatchLimit 100000
SecPcreMatchLimitRecursion 100000
SecStatusEngine Off
${sites.map((site) => virtualHost(plan, site)).join("\n")}
`;
}

/** The command that runs it in the foreground, as one process where `isAlone`. */
export function apacheCommand(configurationFile: string, isAlone: boolean): readonly string[] {
  return ["apache2", "-f", configurationFile, isAlone ? "-X" : "-DFOREGROUND"];
}

// Connections to the upstream are dropped before Node's default of five idle seconds can close them under a request.
function virtualHost({ port, upstreamPort }: ServerPlan, { name, rulesFile }: SitePlan): string {
  return `
<VirtualHost 127.0.0.1:${port}>
ServerName ${name}
AllowEncodedSlashes NoDecode
Include ${rulesFile}
ProxyPass / http://127.0.0.1:${upstreamPort}/ nocanon keepalive=On ttl=2
</VirtualHost>`;
}
