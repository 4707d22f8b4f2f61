import { describe, expect, test } from 'vitest';
import { clientAddress, networkOf, siteOf } from './network.ts';

describe('LIMIT-7: behind proxies', () => {
  test.each<[string, string | undefined, number, string]>([
    ['no proxy: the header is anybody’s word', '203.0.113.1', 0, '10.0.0.1'],
    ['one proxy appended the address it saw', '203.0.113.1', 1, '203.0.113.1'],
    ['entries further left are forged', '198.51.100.9, 203.0.113.1', 1, '203.0.113.1'],
    ['two proxies', '198.51.100.9, 203.0.113.1, 10.0.0.2', 2, '203.0.113.1'],
    ['fewer words than proxies', '203.0.113.1', 2, '10.0.0.1'],
    ['no header', undefined, 1, '10.0.0.1'],
    ['an empty header', '', 1, '10.0.0.1'],
    ['no address', 'unknown', 1, '10.0.0.1'],
    ['a name', 'localhost', 1, '10.0.0.1'],
    ['nearly an address', '203.0.113.256', 1, '10.0.0.1'],
    ['a word too much', '203.0.113.1,', 1, '10.0.0.1'],
    ['a line break', '203.0.113.1\n', 1, '203.0.113.1'],
    ['IPv6', '2001:db8::1', 1, '2001:db8::1'],
    ['with a port', '203.0.113.1:4711', 1, '203.0.113.1'],
    ['IPv6 with a port', '[2001:db8::1]:4711', 1, '2001:db8::1'],
    ['IPv6 in brackets', '[2001:db8::1]', 1, '2001:db8::1'],
  ])('%s', (_what, header, trustProxy, expected) => {
    expect(clientAddress('10.0.0.1', header, trustProxy)).toBe(expected);
  });

  test('a repeated header is read as one', () => {
    expect(clientAddress('10.0.0.1', ['198.51.100.9', '203.0.113.1'], 1)).toBe('203.0.113.1');
  });

  test('a closed socket has no address', () => {
    expect(clientAddress(undefined, undefined, 0)).toBe('');
  });
});

describe('LIMIT-7: networks', () => {
  test.each([
    ['203.0.113.7', 'cb007107'],
    ['::ffff:203.0.113.7', 'cb007107'],
    ['::ffff:cb00:7107', 'cb007107'],
    ['0:0:0:0:0:ffff:cb00:7107', 'cb007107'],
    ['2001:db8:1:2:3:4:5:6', '20010db800010002'],
    ['2001:db8:1:2::', '20010db800010002'],
    ['2001:DB8:1:2::9', '20010db800010002'],
    ['2001:db8::1', '20010db800000000'],
    ['fe80::1%eth0', 'fe80000000000000'],
    ['64:ff9b::203.0.113.7', '0064ff9b00000000'],
    ['::', '0000000000000000'],
    ['::1', '0000000000000000'],
    ['', ''],
    ['@local', ''],
  ])('%s', (address, network) => {
    expect(Buffer.from(networkOf(address)).toString('hex')).toBe(network);
  });
});

test.each([
  ['2001:db8:1:2:3:4:5:6', '20010db80001'],
  ['2001:db8:1:ff02::', '20010db80001'],
  ['203.0.113.7', 'cb007107'],
  ['', ''],
])('LIMIT-7: the site of %s', (address, site) => {
  expect(Buffer.from(siteOf(address)).toString('hex')).toBe(site);
});
