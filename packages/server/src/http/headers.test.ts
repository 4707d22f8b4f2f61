import { expect, test } from 'vitest';
import type { Visit } from '../guard/origins.ts';
import { assetHeaders, fileHeaders, pageHeaders, plainHeaders } from './headers.ts';

const LAN = { host: { name: '192.168.1.7', port: 5000 }, secure: false, trustworthy: false };
const LOCAL = { host: { name: 'localhost', port: 5000 }, secure: false, trustworthy: true };
const TLS = { host: { name: 'chat.example', port: undefined }, secure: true, trustworthy: true };

const POLICY =
  "default-src 'none'; script-src 'self'; script-src-attr 'none'; style-src 'self'; style-src-attr 'none'; " +
  "img-src 'self' blob:; media-src blob:; font-src 'self'; connect-src 'self' ws://192.168.1.7:5000; " +
  "manifest-src 'self'; worker-src 'none'; frame-src 'none'; object-src 'none'; base-uri 'none'; " +
  "form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types 'none'";

const PERMISSIONS =
  'accelerometer=(), browsing-topics=(), camera=(), display-capture=(), geolocation=(), gyroscope=(), hid=(), ' +
  'magnetometer=(), microphone=(self), midi=(), payment=(), publickey-credentials-get=(), screen-wake-lock=(), ' +
  'serial=(), usb=(), xr-spatial-tracking=(), clipboard-read=(), clipboard-write=(self), fullscreen=(self)';

const PAGE_ON_LAN = {
  'Content-Security-Policy': POLICY,
  'Integrity-Policy': 'blocked-destinations=(script)',
  'Cross-Origin-Embedder-Policy': 'require-corp',
  'Cross-Origin-Resource-Policy': 'same-origin',
  'Referrer-Policy': 'no-referrer',
  'X-Content-Type-Options': 'nosniff',
  'X-Frame-Options': 'DENY',
  'X-DNS-Prefetch-Control': 'off',
  'X-Robots-Tag': 'noindex, nofollow, noarchive',
  'Cache-Control': 'no-store',
  'Permissions-Policy': PERMISSIONS,
};

test('the page on plain http', () => {
  expect(pageHeaders(LAN, 7)).toEqual(PAGE_ON_LAN);
});

test('the page on this machine, which browsers trust', () => {
  expect(pageHeaders(LOCAL, 7)).toEqual({
    ...PAGE_ON_LAN,
    'Content-Security-Policy': POLICY.replace('192.168.1.7', 'localhost'),
    'Cross-Origin-Opener-Policy': 'same-origin',
    'Origin-Agent-Cluster': '?1',
  });
});

test('the page over TLS', () => {
  expect(pageHeaders(TLS, 7)).toEqual({
    ...PAGE_ON_LAN,
    'Content-Security-Policy': `${POLICY.replace('ws://192.168.1.7:5000', 'wss://chat.example')}; upgrade-insecure-requests`,
    'Cross-Origin-Opener-Policy': 'same-origin',
    'Origin-Agent-Cluster': '?1',
    'Strict-Transport-Security': 'max-age=604800',
  });
});

const INERT = {
  'Content-Security-Policy':
    "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  'Cross-Origin-Resource-Policy': 'same-origin',
  'Referrer-Policy': 'no-referrer',
  'X-Content-Type-Options': 'nosniff',
  'X-Frame-Options': 'DENY',
  'X-Robots-Tag': 'noindex, nofollow, noarchive',
};

test('assets are cached forever, other files for an hour', () => {
  const asset = { ...INERT, 'Cache-Control': 'public, max-age=31536000, immutable', Vary: 'Accept-Encoding' };
  expect(assetHeaders(LAN, 7)).toEqual(asset);
  expect(assetHeaders(TLS, 7)).toEqual({
    ...asset,
    'Strict-Transport-Security': 'max-age=604800',
  });
  expect(fileHeaders(LAN, 7)).toEqual({ ...asset, 'Cache-Control': 'public, max-age=3600' });
});

test('the API and errors are never cached, and an answer to a host that is not ours says nothing about TLS', () => {
  expect(plainHeaders()).toEqual({ ...INERT, 'Cache-Control': 'no-store' });
  expect(plainHeaders(TLS, 7)).toEqual({
    ...INERT,
    'Cache-Control': 'no-store',
    'Strict-Transport-Security': 'max-age=604800',
  });
});

test('browsers are asked to stay with HTTPS only over HTTPS, never for subdomains, and not at all with HSTS_DAYS=0', () => {
  expect(hsts(TLS, 30)).toEqual(['max-age=2592000']);
  expect(hsts(TLS, 0)).toEqual([undefined]);
  expect([...hsts(LAN, 7), ...hsts(LOCAL, 7)]).toEqual([undefined, undefined]);
});

function hsts(visit: Visit, days: number): readonly (string | undefined)[] {
  const all = [pageHeaders, assetHeaders, fileHeaders, plainHeaders];
  return [...new Set(all.map((headers) => headers(visit, days)['Strict-Transport-Security']))];
}
