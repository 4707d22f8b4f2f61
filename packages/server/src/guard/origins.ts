// Which hosts and which pages this server answers to (docs/protocol.md, API-5 and WS-2). Pure: headers in, verdict out.

/** A host as written in a header or an address bar; validated, so it is safe in our headers. */
export type Host = {
  /** Lower case; IPv6 in brackets. */
  readonly name: string;
  readonly port: number | undefined;
};

export type OriginRules = {
  /** Spelled as browsers do: `https://chat.example`. */
  readonly publicOrigin: string | undefined;
  readonly allowedOrigins: readonly string[];
  readonly allowedHosts: readonly string[];
  readonly requireOrigin: boolean;
  /** Number of reverse proxies in front whose headers are trusted. */
  readonly trustProxy: number;
  /** This server speaks TLS itself. */
  readonly tls: boolean;
};

export type RequestHeaders = { readonly [name: string]: string | readonly string[] | undefined };

/** What the client's address bar shows, as far as headers tell. */
export type Visit = {
  readonly host: Host;
  /** Over https. */
  readonly secure: boolean;
  /** A secure context for browsers: https, or loopback. */
  readonly trustworthy: boolean;
};

export type VisitVerdict =
  | { readonly ok: true; readonly visit: Visit }
  | { readonly ok: false; readonly reason: 'malformed' | 'misdirected' };

const LABEL = /^[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?$/;
const IPV6 = /^\[[0-9a-f:]{2,39}(?:\.[0-9.]{1,15})?\]$/;
const HOST = /^(?<name>\[[^\]]*\]|[^:]*)(?::(?<port>[0-9]{1,5}))?$/;
const HOST_NAME_MAX = 253;

export function parseHost(text: string): Host | undefined {
  const groups = HOST.exec(text.toLowerCase())?.groups;
  const name = groups?.['name'];
  if (name === undefined || !isHostName(name)) return undefined;
  const port = groups?.['port'] === undefined ? undefined : Number(groups['port']);
  return port !== undefined && (port < 1 || port > 65_535) ? undefined : { name, port };
}

function isHostName(name: string): boolean {
  if (name.startsWith('[')) return IPV6.test(name) && URL.canParse(`http://${name}/`);
  if (name.length > HOST_NAME_MAX) return false;
  const labels = name.endsWith('.') ? name.slice(0, -1).split('.') : name.split('.');
  return labels.every((label) => LABEL.test(label));
}

export function hostText({ name, port }: Host): string {
  return port === undefined ? name : `${name}:${port}`;
}

/** Spelled as browsers send it in `Origin`. Undefined: not an http(s) origin. */
export function parseOrigin(text: string): string | undefined {
  const scheme = /^(https?):\/\/([^/]+)\/?$/i.exec(text);
  const host = scheme?.[2] === undefined ? undefined : parseHost(scheme[2]);
  if (scheme === null || host === undefined) return undefined;
  return originOf(scheme[1]?.toLowerCase() === 'https', host);
}

function originOf(secure: boolean, host: Host): string {
  const port = host.port === (secure ? 443 : 80) ? undefined : host.port;
  return `${secure ? 'https' : 'http'}://${hostText({ ...host, port })}`;
}

export function isLoopback({ name }: Host): boolean {
  const bare = name.endsWith('.') ? name.slice(0, -1) : name;
  return bare === 'localhost' || bare.endsWith('.localhost') || bare === '[::1]' || isLoopbackIpv4(bare);
}

function isLoopbackIpv4(name: string): boolean {
  return /^127(?:\.(?:25[0-5]|2[0-4]\d|1\d\d|[1-9]?\d)){3}$/.test(name);
}

/** An invalid host is malformed; one that isn't ours is misdirected. */
export function readVisit(rules: OriginRules, headers: RequestHeaders): VisitVerdict {
  const text = forwarded(rules, headers, 'x-forwarded-host') ?? single(headers['host']);
  const host = text === undefined ? undefined : parseHost(text);
  if (host === undefined) return { ok: false, reason: 'malformed' };
  if (!isOurs(rules, host)) return { ok: false, reason: 'misdirected' };
  const secure = isSecure(rules, headers, host);
  return { ok: true, visit: { host, secure, trustworthy: secure || isLoopback(host) } };
}

/** A request has one Host (RFC 9112, 3.2). Of several, Node reports only the first. */
export function namesManyHosts({ rawHeaders }: { readonly rawHeaders: readonly string[] }): boolean {
  const names = rawHeaders.filter((_text, i) => i % 2 === 0);
  return names.filter((name) => name.toLowerCase() === 'host').length > 1;
}

function isOurs({ publicOrigin, allowedHosts }: OriginRules, host: Host): boolean {
  const open = publicOrigin === undefined && allowedHosts.length === 0;
  if (open || isLoopback(host) || isPublic(publicOrigin, host)) return true;
  return allowedHosts.includes(hostText(host)) || allowedHosts.includes(host.name);
}

function isPublic(publicOrigin: string | undefined, host: Host): boolean {
  return publicOrigin !== undefined && originOf(publicOrigin.startsWith('https:'), host) === publicOrigin;
}

function isSecure(rules: OriginRules, headers: RequestHeaders, host: Host): boolean {
  if (rules.tls || forwarded(rules, headers, 'x-forwarded-proto') === 'https') return true;
  return rules.publicOrigin?.startsWith('https:') === true && isPublic(rules.publicOrigin, host);
}

// Proxies append what they saw, or replace the header: the entry of the outermost trusted one counts.
function forwarded(rules: OriginRules, headers: RequestHeaders, name: string): string | undefined {
  if (rules.trustProxy === 0) return undefined;
  const words = single(headers[name])
    ?.split(',')
    .map((word) => word.trim());
  return words?.at(-Math.min(rules.trustProxy, words.length));
}

function single(value: string | readonly string[] | undefined): string | undefined {
  return typeof value === 'string' ? value : value?.join(',');
}

/** Whether this page, or a program without an origin, may make the request. */
export function mayAsk(rules: OriginRules, visit: Visit, headers: RequestHeaders): boolean {
  const text = single(headers['origin']);
  const site = single(headers['sec-fetch-site']);
  if (text === undefined) return !rules.requireOrigin && isSameSite(site);
  const origin = parseOrigin(text);
  if (origin === undefined) return false;
  if (origin === rules.publicOrigin || rules.allowedOrigins.includes(origin)) return true;
  // Same host. The scheme may differ, because TLS can end at a proxy.
  const own = originOf(origin.startsWith('https:'), visit.host);
  const namesNobody = rules.publicOrigin === undefined || isLoopback(visit.host);
  return namesNobody && origin === own && isSameSite(site);
}

/** For the operator: what to set if this page or program should have been allowed to ask. */
export function howToAllow(rules: OriginRules, { host }: Visit, headers: RequestHeaders): string {
  const text = single(headers['origin']);
  if (text === undefined && rules.requireOrigin)
    return 'REQUIRE_ORIGIN=1 refuses clients that send no Origin.';
  const origin = text === undefined ? undefined : parseOrigin(text);
  if (origin === undefined) return 'Pages of other sites may not do this.';
  // The browser sees one origin where we see two, or only the port got lost.
  const isOwnPage =
    headers['sec-fetch-site'] === 'same-origin' ||
    parseHost(origin.replace(/^https?:\/\//, ''))?.name === host.name;
  return isOwnPage && rules.publicOrigin === undefined
    ? `The page is at ${origin}, but a proxy asked for ${hostText(host)}. Let the proxy pass Host on (nginx: proxy_set_header Host $http_host), or set PUBLIC_ORIGIN=${origin}.`
    : `Pages at ${origin} may not do this. If that is your address, set PUBLIC_ORIGIN=${origin}; if it is another page of yours, add it to ALLOWED_ORIGINS.`;
}

/** For the operator: what to set if this server should have answered to the host that was asked for. */
export const HOW_TO_ANSWER =
  "This server doesn't answer to this host name. If it should, set PUBLIC_ORIGIN to the address people use, or add the name to ALLOWED_HOSTS.";

function isSameSite(site: string | undefined): boolean {
  return site === undefined || site === 'same-origin' || site === 'none';
}
