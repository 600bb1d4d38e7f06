/**
 * The words that mean something to an interpreter, grouped by what they do there. Within a group one word stands for
 * another, so that what was learnt of `sleep(` holds for `benchmark(`; a word in no group is just a word.
 */

/** Group → its words in folded form (lower case, runs of digits as `0` or `00`), separated by blanks. */
const groups: Readonly<Record<string, string>> = {
  "sql select": "select",
  "sql union": "union",
  "sql from": "from",
  "sql where": "where",
  "sql logic": "and or xor",
  "sql compare": "like ilike rlike regexp glob between in is",
  "sql not": "not",
  "sql literal": "null true false",
  "sql quantity": "all distinct any some",
  "sql order": "order group having",
  "sql by": "by",
  "sql limit": "limit offset top",
  "sql write": "insert into values replace",
  "sql update": "update set",
  "sql destroy": "delete drop truncate alter create",
  "sql object": "table database schema column procedure index view trigger",
  "sql execute": "exec execute declare call",
  "sql join": "as on join inner outer cross natural",
  "sql case": "case when then else end",
  "sql function":
    "sleep benchmark concat concat_ws group_concat substring substr mid ascii ord hex unhex char nchar chr count sum min max avg version current_user session_user system_user extractvalue updatexml xmltype rand randomblob generate_series pg_sleep load_file utl_http utl_inaddr dbms_pipe dbms_lock ifnull iif elt make_set cast convert coalesce nullif rownum unistr quote load_extension char_length row_count if length lower upper len floor",
  "sql wait": "waitfor delay",
  "sql catalog":
    "information_schema tables columns table_name column_name table_schema schemata sysobjects syscolumns sysusers sqlite_master sqlite_schema pg_catalog pg_user pg_shadow dual all_tables user_tables mysql",
  "sql file": "outfile dumpfile",
  "sql procedure": "xp_cmdshell sp_executesql sp_oacreate xp_dirtree",
  "markup script": "script",
  "markup element":
    "img svg iframe body html div span form input button video audio source object embed link style meta base textarea option details marquee math animate isindex xml applet frame frameset layer template slot noscript keygen image picture title foreignobject",
  "markup format": "a p b i br font td tr li ul em strong code pre",
  "markup event":
    "onerror onload onclick onmouseover onmouseenter onmouseout onfocus onblur ontoggle onstart onbegin onend onpageshow onanimationstart onanimationend ontransitionend onpointerover onpointerenter onwheel onkeyup onkeydown onkeypress onsubmit onchange oninput onscroll ondrag ondrop onresize onhashchange onfocusin onfocusout onmousedown onmouseup onmousemove oncut onpaste oncopy onplay oncanplay ondblclick oncontextmenu onselect onunload onbeforeunload onmessage onpopstate",
  "markup address": "src href srcdoc formaction action data xlink background classid codebase",
  "script scheme": "javascript vbscript livescript",
  "script function":
    "alert prompt confirm eval settimeout setinterval fromcharcode atob btoa unescape decodeuricomponent xmlhttprequest fetch import expression",
  "script object":
    "document window self parent frames location cookie constructor prototype __proto__ globalthis innerhtml outerhtml domain localstorage",
  "script keyword": "function return var let const new this typeof throw try catch void",
  "shell command":
    "cat id whoami uname pwd ls ps netstat ifconfig ping nslookup dig curl wget nc ncat netcat telnet bash sh zsh ksh csh dash cmd powershell echo printf rm chmod touch tail head more less awk sed grep find xxd tasklist systeminfo certutil bitsadmin ipconfig net type dir python python0 perl ruby php lua busybox xargs tee base00 env printenv nohup sudo mkfifo",
  "path secret":
    "etc passwd shadow hosts proc environ cmdline boot ini win windows system00 winnt inetpub htaccess htpasswd id_rsa authorized_keys wwwroot issue fd",
  "path program": "bin usr sbin",
  "path directory": "var log tmp dev tcp root home opt",
  "scheme web": "http https ftp",
  "scheme wrapper": "file gopher dict ldap ldaps jar phar zip expect ogg ssh0 rmi dns iiop netdoc tftp sftp",
  lookup: "jndi sys",
  "address local": "localhost metadata internal",
  "wrapper filter": "filter resource wrapper read",
  "php function":
    "system passthru shell_exec popen proc_open pcntl_exec assert preg_replace create_function include require include_once require_once file_get_contents file_put_contents fopen readfile gzinflate phpinfo call_user_func array_map fwrite highlight_file show_source die",
  "php variable": "_get _post _request _server _cookie _files globals",
  "java name":
    "runtime getruntime processbuilder class forname getclass getmethod invoke classloader springframework ognl memberaccess freemarker java lang io util javax",
  "template object": "lipsum cycler joiner config request application settings url_for get_flashed_messages",
  "python name":
    "__class__ __mro__ __subclasses__ __globals__ __builtins__ __import__ __init__ __base__ __dict__ os subprocess builtins mro",
  "xml declaration": "doctype entity system public element xinclude attlist cdata",
  "query operator": "ne gt gte lt lte nin regex exists eq",
  "directory attribute": "objectclass uid cn sn userpassword mail admin",
  "header name": "content transfer encoding",
};

/** Symbols of groups begin here; below stand characters and the kinds of other words. */
const firstGroupSymbol = 0x80;

/** FNV-1a over the symbols of a word; the tokenizer computes it as it reads. */
export const wordHashStart = 0x811c9dc5 | 0;
/** What the hash is multiplied by after each symbol. */
export const wordHashFactor = 0x01000193;

/** Slots of the table: a power of two with room to spare. */
const slots = 2048;
const slotHash = new Int32Array(slots);
const slotSymbol = new Uint8Array(slots);

function hashOf(word: string): number {
  let hash = wordHashStart;
  for (let i = 0; i < word.length; i++) hash = Math.imul(hash ^ word.charCodeAt(i), wordHashFactor);
  return hash;
}

for (const [group, words] of Object.values(groups).entries()) {
  for (const word of words.split(" ")) {
    const hash = hashOf(word);
    let slot = hash & (slots - 1);
    while (slotSymbol[slot] !== 0 && slotHash[slot] !== hash) slot = (slot + 1) & (slots - 1);
    // A word in two groups belongs to the first.
    if (slotSymbol[slot] !== 0) continue;
    slotHash[slot] = hash;
    slotSymbol[slot] = firstGroupSymbol + group;
  }
}

/** The symbol of the group of a word with this hash, or 0 for a word in no group. */
export function groupSymbol(hash: number): number {
  for (let slot = hash & (slots - 1); slotSymbol[slot] !== 0; slot = (slot + 1) & (slots - 1)) {
    if (slotHash[slot] === hash) return slotSymbol[slot]!;
  }
  return 0;
}
