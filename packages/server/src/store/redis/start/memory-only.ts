// The settings that keep rooms in memory only and never drop them silently, and plain sentences about those that are wrong.

/** One server's settings. */
export type Instance = {
  /** `host:port`. */
  readonly address: string;
  /** By name as in redis.conf; missing if the server doesn't report it. */
  readonly settings: ReadonlyMap<string, string>;
};

export type Finding = {
  readonly setting: string;
  /** A whole sentence for the operator, with what to do. */
  readonly sentence: string;
};

type Requirement = {
  readonly setting: string;
  readonly isMet: (value: string) => boolean;
  /** As in redis.conf, and after CONFIG SET. */
  readonly right: string;
  /** Completes "…, which …". */
  readonly harm: string;
  /** Only matters with replicas. */
  readonly ofReplication?: true;
  /** Not every engine has this setting. */
  readonly isOptional?: true;
};

const REQUIREMENTS: readonly Requirement[] = [
  {
    setting: 'save',
    isMet: (value) => value === '',
    right: 'save ""',
    harm: 'writes all rooms to a disk every now and then',
  },
  {
    setting: 'appendonly',
    isMet: (value) => value === 'no',
    right: 'appendonly no',
    harm: 'writes every message to a disk',
  },
  {
    setting: 'maxmemory-policy',
    isMet: (value) => value === 'noeviction',
    right: 'maxmemory-policy noeviction',
    harm: 'drops parts of rooms when memory is short, and tells nobody',
  },
  {
    setting: 'slowlog-log-slower-than',
    isMet: (value) => Number(value) < 0,
    right: 'slowlog-log-slower-than -1',
    harm: 'keeps slow commands, with who sent what, beyond the end of a room',
  },
  {
    setting: 'repl-diskless-load',
    isMet: (value) => value !== 'disabled',
    right: 'repl-diskless-load on-empty-db',
    harm: 'writes all rooms to the disk of a replica when it copies its primary',
    ofReplication: true,
  },
  {
    setting: 'rdb-del-sync-files',
    isMet: (value) => value === 'yes',
    right: 'rdb-del-sync-files yes',
    harm: 'leaves on the disk what a replica was copied with',
    ofReplication: true,
  },
  // Valkey 8.1 and newer.
  ...['request', 'reply'].map((side): Requirement => {
    const setting = `commandlog-${side}-larger-than`;
    const harm = 'keeps large commands, with who sent what, beyond the end of a room';
    return { setting, isMet: (value) => Number(value) < 0, right: `${setting} -1`, harm, isOptional: true };
  }),
];

const MEMORY = 'maxmemory';

export const SETTINGS_ASKED_FOR: readonly string[] = [...REQUIREMENTS.map(({ setting }) => setting), MEMORY];

/** `hasReplicas`: one server copies, or may copy, another. */
export function findTraces(instances: readonly Instance[], hasReplicas: boolean): readonly Finding[] {
  const required = REQUIREMENTS.filter(({ ofReplication }) => hasReplicas || ofReplication === undefined);
  return instances.flatMap((instance) => required.flatMap((requirement) => judge(instance, requirement)));
}

/** Servers without a memory limit, as sentences for the operator with what to do. */
export function findUnbounded(instances: readonly Instance[]): readonly string[] {
  const unbounded = instances.filter(({ settings }) => settings.get(MEMORY) === '0');
  return unbounded.map(({ address }) => `${address} ${UNBOUNDED}`);
}

const UNBOUNDED = [
  'has maxmemory 0: when memory runs out, the system ends Redis, and with it all rooms.',
  'CONFIG SET maxmemory to three quarters of what the machine has, or half with replicas',
].join(' ');

function judge({ address, settings }: Instance, requirement: Requirement): readonly Finding[] {
  const { setting, isMet, right, harm, isOptional = false } = requirement;
  const value = settings.get(setting);
  if (value === undefined) {
    if (isOptional) return [];
    return [{ setting, sentence: `${address} does not tell its ${setting}: ${right}` }];
  }
  if (isMet(value)) return [];
  const sentence = `${address} has ${setting} ${JSON.stringify(value)}, which ${harm}: CONFIG SET ${right}`;
  return [{ setting, sentence }];
}
