import { expect, test } from 'vitest';
import { SETTINGS_ASKED_FOR, findTraces } from './memory-only.ts';

const FINE: readonly [string, string][] = [
  ['save', ''],
  ['appendonly', 'no'],
  ['maxmemory-policy', 'noeviction'],
  ['slowlog-log-slower-than', '-1'],
  ['repl-diskless-load', 'swapdb'],
  ['rdb-del-sync-files', 'yes'],
];

function settingsFound(settings: readonly [string, string][]) {
  const findings = findTraces([{ address: 'a:1', settings: new Map(settings) }], true);
  return findings.map(({ setting }) => setting);
}

test('an engine without the logs of Valkey lacks nothing', () => {
  expect(settingsFound(FINE)).toEqual([]);
});

test.each(['commandlog-request-larger-than', 'commandlog-reply-larger-than'])(
  'Valkey is asked for %s, which is off at -1 alone',
  (setting) => {
    expect(SETTINGS_ASKED_FOR).toContain(setting);
    expect(settingsFound([...FINE, [setting, '-1']])).toEqual([]);
    expect(settingsFound([...FINE, [setting, '1048576']])).toEqual([setting]);
    expect(settingsFound([...FINE, [setting, '0']])).toEqual([setting]);
  },
);

test('each missing setting is a finding', () => {
  for (const [setting] of FINE) {
    expect(settingsFound(FINE.filter(([name]) => name !== setting))).toEqual([setting]);
  }
});
