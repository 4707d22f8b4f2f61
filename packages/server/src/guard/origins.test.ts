import { describe, expect, test } from 'vitest';
import {
  type OriginRules,
  type RequestHeaders,
  howToAllow,
  hostText,
  isLoopback,
  mayAsk,
  parseHost,
  parseOrigin,
  readVisit,
} from './origins.ts';
import { OPEN_RULES } from '../testing/guard.ts';

const PUBLIC: OriginRules = { ...OPEN_RULES, publicOrigin: 'https://chat.example' };

function visitOf(rules: OriginRules, headers: RequestHeaders) {
  const verdict = readVisit(rules, headers);
  if (!verdict.ok) throw new Error(verdict.reason);
  return verdict.visit;
}

function asks(rules: OriginRules, headers: RequestHeaders): boolean {
  return mayAsk(rules, visitOf(rules, headers), headers);
}

function hint(rules: OriginRules, headers: RequestHeaders): string {
  return howToAllow(rules, visitOf(rules, headers), headers);
}

describe('parseHost', () => {
  test.each([
    ['localhost', 'localhost'],
    ['Chat.Example:5000', 'chat.example:5000'],
    ['192.168.1.7:5000', '192.168.1.7:5000'],
    ['[::1]:5000', '[::1]:5000'],
    ['[fe80::1]', '[fe80::1]'],
    ['my_box.local', 'my_box.local'],
    ['chat.example.', 'chat.example.'],
  ])('takes %s', (text, spelled) => {
    const host = parseHost(text);
    expect(host && hostText(host)).toBe(spelled);
  });

  test.each([
    '',
    ':5000',
    'a b',
    'a/b',
    'a;b',
    "a' b",
    'a\r\nX: y',
    'user@host',
    'host:',
    'host:0',
    'host:65536',
    'host:5000:1',
    '-a.example',
    'a..b',
    '[::1',
    '[:::::]',
    '[::1]x',
    'ex*mple',
    'é.example',
    'a'.repeat(64),
    `${'a.'.repeat(127)}ab`,
  ])('refuses %j', (text) => {
    expect(parseHost(text)).toBeUndefined();
  });
});

test.each([
  ['https://chat.example', 'https://chat.example'],
  ['HTTPS://Chat.Example:443/', 'https://chat.example'],
  ['http://chat.example:80', 'http://chat.example'],
  ['http://chat.example:443', 'http://chat.example:443'],
  ['https://chat.example/path', undefined],
  ['https://user@chat.example', undefined],
  ['ftp://chat.example', undefined],
  ['null', undefined],
  ['', undefined],
])('an origin %j is %j', (text, origin) => {
  expect(parseOrigin(text)).toBe(origin);
});

test.each([
  ['localhost:1', true],
  ['app.localhost', true],
  ['127.0.0.1', true],
  ['127.255.0.9', true],
  ['[::1]', true],
  ['127.0.0.1.evil.example', false],
  ['localhost.evil.example', false],
  ['127.0.0.256', false],
  ['192.168.1.7', false],
])('whether %s is this machine: %j', (text, loopback) => {
  const host = parseHost(text);
  expect(host && isLoopback(host)).toBe(loopback);
});

describe('hosts', () => {
  test('with nothing set, any well-formed host is ours', () => {
    expect(visitOf(OPEN_RULES, { host: '192.168.1.7:5000' })).toEqual({
      host: { name: '192.168.1.7', port: 5000 },
      secure: false,
      trustworthy: false,
    });
  });

  test.each([undefined, '', 'a b', 'x'.repeat(300)])('a host %j is malformed', (host) => {
    expect(readVisit(OPEN_RULES, { host })).toEqual({ ok: false, reason: 'malformed' });
  });

  test.each([
    ['chat.example', true],
    ['chat.example:443', true],
    ['localhost:5000', true],
    ['chat.example:5000', false],
    ['rebound.example', false],
  ])('with PUBLIC_ORIGIN, %s is ours: %j', (host, ok) => {
    expect(readVisit(PUBLIC, { host }).ok).toBe(ok);
  });

  test.each([
    ['192.168.1.7:5000', true],
    ['192.168.1.8:5000', false],
    ['box.local', true],
    ['box.local:5000', true],
    ['127.0.0.1:5000', true],
  ])('with ALLOWED_HOSTS, %s is ours: %j', (host, ok) => {
    const rules = { ...OPEN_RULES, allowedHosts: ['192.168.1.7:5000', 'box.local'] };
    expect(readVisit(rules, { host }).ok).toBe(ok);
  });

  test('https: spoken here, in PUBLIC_ORIGIN for its own host, or reported by a trusted proxy', () => {
    const proxied = { host: 'chat.example', 'x-forwarded-proto': 'https' };
    expect(visitOf({ ...OPEN_RULES, tls: true }, { host: 'a.example' }).secure).toBe(true);
    expect(visitOf(PUBLIC, { host: 'chat.example' }).secure).toBe(true);
    expect(visitOf(PUBLIC, { host: 'localhost:5000' })).toMatchObject({ secure: false, trustworthy: true });
    expect(visitOf(OPEN_RULES, proxied).secure).toBe(false);
    expect(visitOf({ ...OPEN_RULES, trustProxy: 1 }, proxied).secure).toBe(true);
  });

  test('in a chain of forwarded hosts the entry of the outermost trusted proxy counts', () => {
    const headers = { host: 'inner', 'x-forwarded-host': 'made.up, chat.example, between.example' };
    expect(visitOf({ ...OPEN_RULES, trustProxy: 1 }, headers).host.name).toBe('between.example');
    expect(visitOf({ ...OPEN_RULES, trustProxy: 2 }, headers).host.name).toBe('chat.example');
    expect(visitOf({ ...OPEN_RULES, trustProxy: 9 }, headers).host.name).toBe('made.up');
    expect(visitOf(OPEN_RULES, headers).host.name).toBe('inner');
  });
});

describe('API-5, WS-2: origins', () => {
  test.each([
    ['the page of the same host', { host: 'a.example:5000', origin: 'http://a.example:5000' }, true],
    ['the same host behind a TLS proxy', { host: 'a.example', origin: 'https://a.example' }, true],
    ['another port', { host: 'a.example:5000', origin: 'http://a.example:5001' }, false],
    ['another host', { host: 'a.example', origin: 'https://evil.example' }, false],
    ['a host that begins alike', { host: 'a.example', origin: 'https://a.example.evil.example' }, false],
    ['a form or a sandbox', { host: 'a.example', origin: 'null' }, false],
    ['a program', { host: 'a.example' }, true],
    ['another site, by Sec-Fetch-Site', { host: 'a.example', 'sec-fetch-site': 'cross-site' }, false],
    [
      'a sibling site, by Sec-Fetch-Site',
      { host: 'a.example', origin: 'http://a.example', 'sec-fetch-site': 'same-site' },
      false,
    ],
    [
      'the page, by Sec-Fetch-Site',
      { host: 'a.example', origin: 'http://a.example', 'sec-fetch-site': 'same-origin' },
      true,
    ],
  ])('with nothing set, %s', (_who, headers, may) => {
    expect(asks(OPEN_RULES, headers)).toBe(may);
  });

  test.each([
    ['the public page', { host: 'chat.example', origin: 'https://chat.example' }, true],
    [
      'the public page, with our own name in Host',
      { host: 'localhost:5000', origin: 'https://chat.example' },
      true,
    ],
    ['its plain http twin', { host: 'chat.example', origin: 'http://chat.example' }, false],
    ['a page on this machine', { host: 'localhost:5000', origin: 'http://localhost:5000' }, true],
    ['another page on this machine', { host: 'localhost:5000', origin: 'http://localhost:3000' }, false],
  ])('with PUBLIC_ORIGIN, %s', (_who, headers, may) => {
    expect(asks(PUBLIC, headers)).toBe(may);
  });

  test('ALLOWED_ORIGINS adds pages', () => {
    const rules = { ...OPEN_RULES, allowedOrigins: ['https://other.example'] };
    expect(asks(rules, { host: 'a.example', origin: 'https://other.example' })).toBe(true);
    expect(asks(rules, { host: 'a.example', origin: 'https://third.example' })).toBe(false);
  });

  test('REQUIRE_ORIGIN refuses programs', () => {
    const rules = { ...OPEN_RULES, requireOrigin: true };
    expect(asks(rules, { host: 'a.example' })).toBe(false);
    expect(asks(rules, { host: 'a.example', origin: 'http://a.example' })).toBe(true);
  });
});

describe('a refusal tells the operator what to set', () => {
  const NGINX = 'Let the proxy pass Host on (nginx: proxy_set_header Host $http_host), or set PUBLIC_ORIGIN=';

  test('a proxy that drops the port from Host', () => {
    expect(hint(OPEN_RULES, { host: 'chat.example', origin: 'https://chat.example:8443' })).toBe(
      `The page is at https://chat.example:8443, but a proxy asked for chat.example. ${NGINX}https://chat.example:8443.`,
    );
  });

  test('a proxy that names itself in Host', () => {
    const headers = {
      host: '127.0.0.1:5000',
      origin: 'https://chat.example',
      'sec-fetch-site': 'same-origin',
    };
    expect(hint(OPEN_RULES, headers)).toBe(
      `The page is at https://chat.example, but a proxy asked for 127.0.0.1:5000. ${NGINX}https://chat.example.`,
    );
  });

  test.each([
    [PUBLIC, { host: 'chat.example', origin: 'https://chat.example:8443', 'sec-fetch-site': 'same-origin' }],
    [OPEN_RULES, { host: 'chat.example', origin: 'https://other.example', 'sec-fetch-site': 'cross-site' }],
  ])('another page', (rules, headers) => {
    expect(hint(rules, headers)).toBe(
      `Pages at ${headers.origin} may not do this. If that is your address, set PUBLIC_ORIGIN=${headers.origin}; ` +
        'if it is another page of yours, add it to ALLOWED_ORIGINS.',
    );
  });

  test('no Origin, where one is required', () => {
    const rules = { ...OPEN_RULES, requireOrigin: true };
    expect(hint(rules, { host: 'chat.example' })).toBe(
      'REQUIRE_ORIGIN=1 refuses clients that send no Origin.',
    );
  });

  test.each([{ origin: 'null' }, { origin: "https://canary'\r\n" }, { 'sec-fetch-site': 'cross-site' }])(
    'nothing is repeated that is not an origin: %j',
    (headers) => {
      expect(hint(OPEN_RULES, { host: 'chat.example', ...headers })).toBe(
        'Pages of other sites may not do this.',
      );
    },
  );
});
