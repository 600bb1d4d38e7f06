/**
 * Would a shell run something in this text? Commands count where a shell looks for them: behind `;`, `|`, `&`, a line's end,
 * in `$(…)` and backquotes, and at the beginning.
 */
import { isWhite, isWord, skipWhite, wordSet } from "../characters.ts";
import { marks, marksOf } from "../marks.ts";

/** What a text holds for a shell. */
export interface ShellReading {
  /** A command with an option, a path or an end behind a separator. */
  separated: boolean;
  /** A command with anything else behind it, behind a separator. */
  loose: boolean;
  /** A command in `$(…)` or backquotes. */
  substituted: boolean;
  /** The text begins with a command that has an option or a path. */
  leading: boolean;
  /** Output goes to a file or a device, or a file comes in, by its path. */
  redirected: boolean;
  /** A word of wild cards with a slash: `/???/c?t`. */
  wild: boolean;
}

const commands = wordSet(`
  id whoami uname hostname pwd ls dir cat tac nl head tail more less od xxd hexdump strings rev sort uniq cut grep egrep fgrep rg awk gawk mawk sed find locate
  which whereis file stat du df mount ps top kill pkill killall lsof netstat ss ifconfig ip route arp ping ping6 traceroute tracert nslookup dig host curl wget
  fetch lynx nc ncat netcat socat telnet ssh scp sftp ftp tftp rsync sh bash dash zsh ksh csh tcsh ash busybox python python2 python3 perl ruby php node lua java
  gcc cc make git svn docker kubectl crontab at batch systemctl service reboot shutdown halt poweroff useradd usermod passwd su sudo chmod chown chgrp touch mkdir
  rmdir rm mv cp ln dd tar zip unzip gzip gunzip bzip2 base64 base32 openssl echo printf env printenv set export eval exec source sleep usleep timeout nohup nice
  xargs tee time watch yes seq expr test true false read w who last users groups finger getent date cal uptime free vmstat dmesg lscpu lsblk fdisk mkfs mkfifo
  type more ver vol systeminfo tasklist taskkill net net1 ipconfig netsh reg regedit sc wmic certutil bitsadmin cmd powershell pwsh cscript wscript mshta rundll32
  regsvr32 msiexec schtasks icacls attrib copy xcopy robocopy del erase ren move start call nltest gpresult query quser dsquery whoami.exe cmd.exe powershell.exe
  phpinfo gdb strace tcpdump nmap masscan hydra sqlmap msfconsole emacs vim vi nano ed ex pico gem pip pip3 npm npx yarn apt apt-get yum dnf apk dpkg rpm brew
  mysql mysqldump psql sqlite3 redis-cli mongo mongosh ldapsearch smbclient aws gcloud az terraform ansible perf cpulimit ionice stdbuf setarch flock script screen tmux
  awk.exe ver.exe ip6tables iptables ufw arping iconv uuencode uudecode xz zcat zless bzcat diff cmp comm join paste fold fmt pr expand tr
`);

const none = -1;

/** Where the command at `from` ends, or -1 where there is none: its name alone, or with the path to it. */
function endOfCommand(text: string, from: number): number {
  let i = from;
  let start = from;
  while (i < text.length && i - from < 64) {
    const code = text.charCodeAt(i);
    if (code === 0x2f || code === 0x5c) start = i + 1;
    else if (!isWord(code) && code !== 0x2d && code !== 0x2e && code !== 0x3a) break;
    i++;
  }
  return i > start && commands.has(text.slice(start, i).toLowerCase()) ? i : none;
}

/** What stands behind a command: an option, path, variable or the end says that it is one; a word of prose does not. */
function isTelling(text: string, end: number): boolean {
  const i = skipWhite(text, end);
  if (i >= text.length) return true;
  const code = text.charCodeAt(i);
  // Without a blank only what ends a word ends the command.
  if (i === end) return ";|&<>)`'\"#\n$".includes(text[i]!);
  return "-/~$<>|;&*'\"`\\+%@{".includes(text[i]!) || (code >= 0x30 && code <= 0x39 && i - end <= 1);
}

/**
 * Reads a text, which holds characters of the kinds `holds`, as a shell would. Pure; linear: what is looked at behind a
 * separator is bounded.
 */
export function readShell(text: string, holds = marksOf(text)): ShellReading {
  const reading: ShellReading = {
    separated: false,
    loose: false,
    substituted: false,
    leading: false,
    redirected: false,
    wild: false,
  };
  const first = endOfCommand(text, skipWhite(text, 0));
  if (first !== none && first < text.length)
    reading.leading = isTelling(text, first) && skipWhite(text, first) < text.length;
  if ((holds & marks.shell) === 0) return reading;
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    switch (code) {
      case 0x3b: // ;
      case 0x7c: // |
      case 0x26: // &
      case 0x0a: {
        let next = i + 1;
        while (
          next < text.length &&
          next - i < 8 &&
          (isWhite(text.charCodeAt(next)) || ";|&({!".includes(text[next]!))
        )
          next++;
        const end = endOfCommand(text, next);
        if (end === none) break;
        if (!isTelling(text, end)) reading.loose ||= isWhite(text.charCodeAt(end)) && code !== 0x0a;
        else if (code === 0x0a) reading.loose = true;
        else reading.separated = true;
        break;
      }
      case 0x24: // $(
      case 0x60: // `
      case 0x3c: // <(
        if (code === 0x60 || text.charCodeAt(i + 1) === 0x28) {
          const next = skipWhite(text, code === 0x60 ? i + 1 : i + 2);
          const end = next - i < 16 ? endOfCommand(text, next) : none;
          if (end !== none && (isWhite(text.charCodeAt(end)) || isTelling(text, end))) {
            if (code !== 0x60 || text.slice(end, end + 512).includes("`")) reading.substituted = true;
          }
        }
        if (code === 0x3c) reading.redirected ||= isFile(text, skipWhite(text, i + 1));
        break;
      case 0x3e: // >
        reading.redirected ||= isFile(text, skipWhite(text, text.charCodeAt(i + 1) === code ? i + 2 : i + 1));
        break;
      case 0x3f: // ?
      case 0x2a: // *
        reading.wild ||= isWildPath(text, i);
        break;
      default:
    }
  }
  return reading;
}

const filePlaces = ["/tmp/", "/dev/", "/etc/", "/var/", "/proc/", "/home/", "/root/", "&1", "&2"];

function isFile(text: string, at: number): boolean {
  return filePlaces.some((place) => text.startsWith(place, at));
}

/** True where a wild card stands in a path of one or two segments with letters or more of them: `/???/c?t`, `/bin/c*t`. */
function isWildPath(text: string, at: number): boolean {
  let start = at;
  while (start > 0 && at - start < 32 && isPathCharacter(text.charCodeAt(start - 1))) start--;
  let end = at + 1;
  while (end < text.length && end - at < 32 && isPathCharacter(text.charCodeAt(end))) end++;
  if (text.charCodeAt(start) !== 0x2f) return false;
  let slashes = 0;
  let wild = 0;
  for (let i = start; i < end; i++) {
    const code = text.charCodeAt(i);
    if (code === 0x2f) slashes++;
    else if (code === 0x3f || code === 0x2a) wild++;
  }
  return slashes >= 2 && wild >= 2 && end - start >= 6;
}

function isPathCharacter(code: number): boolean {
  return (
    isWord(code) ||
    code === 0x2f ||
    code === 0x3f ||
    code === 0x2a ||
    code === 0x2e ||
    code === 0x2d ||
    code === 0x5b ||
    code === 0x5d
  );
}
