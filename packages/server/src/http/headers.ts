// The headers of every answer. Pure: a visit in, headers out. `hstsDays`: see HSTS_DAYS in config.ts.

import { type Visit, hostText } from '../guard/origins.ts';

export type Headers = Record<string, string>;

const EVERYWHERE: Headers = {
  'Cross-Origin-Resource-Policy': 'same-origin',
  'Referrer-Policy': 'no-referrer',
  'X-Content-Type-Options': 'nosniff',
  'X-Frame-Options': 'DENY',
  'X-Robots-Tag': 'noindex, nofollow, noarchive',
};

// Only the page runs scripts; anything else opened in a tab is inert.
const INERT_POLICY = "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

const PERMISSIONS = [
  'accelerometer=()',
  'browsing-topics=()',
  'camera=()',
  'display-capture=()',
  'geolocation=()',
  'gyroscope=()',
  'hid=()',
  'magnetometer=()',
  'microphone=(self)',
  'midi=()',
  'payment=()',
  'publickey-credentials-get=()',
  'screen-wake-lock=()',
  'serial=()',
  'usb=()',
  'xr-spatial-tracking=()',
  'clipboard-read=()',
  'clipboard-write=(self)',
  'fullscreen=(self)',
].join(', ');

const DAY_SECONDS = 86_400;

/** For the page itself; `inlineScript` is the hash of its import map, if it has one. */
export function pageHeaders(visit: Visit, hstsDays: number, inlineScript?: string): Headers {
  return {
    ...EVERYWHERE,
    ...transportHeaders(visit, hstsDays),
    // On untrustworthy origins browsers ignore these two and warn in the console.
    ...(visit.trustworthy && { 'Cross-Origin-Opener-Policy': 'same-origin', 'Origin-Agent-Cluster': '?1' }),
    'Cache-Control': 'no-store',
    'Content-Security-Policy': contentPolicy(visit, inlineScript),
    'Cross-Origin-Embedder-Policy': 'require-corp',
    'Integrity-Policy': 'blocked-destinations=(script)',
    'Permissions-Policy': PERMISSIONS,
    'X-DNS-Prefetch-Control': 'off',
  };
}

function contentPolicy({ host, secure }: Visit, inlineScript: string | undefined): string {
  return [
    "default-src 'none'",
    `script-src 'self'${inlineScript === undefined ? '' : ` '${inlineScript}'`}`,
    "script-src-attr 'none'",
    "style-src 'self'",
    "style-src-attr 'none'",
    "img-src 'self' blob:",
    'media-src blob:',
    "font-src 'self'",
    // 'self' covers WebSockets in CSP 3; older Safari needs the address.
    `connect-src 'self' ${secure ? 'wss' : 'ws'}://${hostText(host)}`,
    "manifest-src 'self'",
    "worker-src 'none'",
    "frame-src 'none'",
    "object-src 'none'",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
    "require-trusted-types-for 'script'",
    "trusted-types 'none'",
    ...(secure ? ['upgrade-insecure-requests'] : []),
  ].join('; ');
}

/** For scripts, styles and pictures, whose names change with their content. */
export function assetHeaders(visit: Visit, hstsDays: number): Headers {
  return {
    ...EVERYWHERE,
    ...transportHeaders(visit, hstsDays),
    'Cache-Control': 'public, max-age=31536000, immutable',
    'Content-Security-Policy': INERT_POLICY,
    Vary: 'Accept-Encoding',
  };
}

/** For files whose names don't change with their content, such as the icon. */
export function fileHeaders(visit: Visit, hstsDays: number): Headers {
  return { ...assetHeaders(visit, hstsDays), 'Cache-Control': 'public, max-age=3600' };
}

/** For the bytes of a file, which no browser may run, show or keep (rule FILE-7). */
export function downloadHeaders(visit: Visit, hstsDays: number): Headers {
  return {
    ...EVERYWHERE,
    ...transportHeaders(visit, hstsDays),
    'Cache-Control': 'no-store',
    'Content-Disposition': 'attachment',
    'Content-Security-Policy': "sandbox; default-src 'none'",
    'Content-Type': 'application/octet-stream',
  };
}

/** For the API, health and errors. Without a visit (to a host that isn't ours) there is no word about TLS. */
export function plainHeaders(visit?: Visit, hstsDays = 0): Headers {
  return {
    ...EVERYWHERE,
    ...(visit && transportHeaders(visit, hstsDays)),
    'Cache-Control': 'no-store',
    'Content-Security-Policy': INERT_POLICY,
  };
}

// Never includeSubDomains: other names under this one may belong to somebody else, or speak plain HTTP.
function transportHeaders({ secure }: Visit, hstsDays: number): Headers {
  return secure && hstsDays > 0 ? { 'Strict-Transport-Security': `max-age=${hstsDays * DAY_SECONDS}` } : {};
}
