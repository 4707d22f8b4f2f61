// Parses REDIS_URL.
//   redis://[user:password@]host[:6379][/db]      one server; rediss:// with TLS
//   redis+sentinel://host[:26379],…/NAME          the primary that these Sentinels call NAME
//   redis+cluster://host[:6379],…                 a Redis Cluster, by some of its nodes
// Both kinds of list take `rediss` for TLS too.

export type RedisHost = { readonly host: string; readonly port: number };

export type RedisAddress = {
  readonly shape: 'single' | 'sentinel' | 'cluster';
  readonly hosts: readonly [RedisHost, ...RedisHost[]];
  readonly tls: boolean;
  readonly username?: string;
  readonly password?: string;
  /** The Sentinels' name for the primary. */
  readonly name?: string;
  readonly db?: number;
};

const URL_FORM =
  /^redis(?<tls>s?)(?:\+(?<shape>sentinel|cluster))?:\/\/(?:(?<user>[^:@/]*):(?<password>[^@/]*)@)?(?<hosts>[^/@?#]+)(?:\/(?<path>[\w.-]*))?$/;

/** Undefined if it is no such URL. */
export function parseRedisUrl(text: string): RedisAddress | undefined {
  const { tls, shape = 'single', user, password, hosts = '', path = '' } = URL_FORM.exec(text)?.groups ?? {};
  const [first, ...others] = hosts.split(',').map((part) => parseHost(part, shape));
  if (tls === undefined || first === undefined || others.includes(undefined)) return undefined;
  const place = parsePath(shape, path);
  if (place === undefined || (shape === 'single' && others.length > 0)) return undefined;
  const [username, secret] = [decode(user), decode(password)];
  if (username === undefined || secret === undefined) return undefined;
  return {
    shape: shape === 'sentinel' || shape === 'cluster' ? shape : 'single',
    hosts: [first, ...others.filter((host) => host !== undefined)],
    tls: tls === 's',
    ...(username && { username }),
    ...(secret && { password: secret }),
    ...place,
  };
}

function parseHost(text: string, shape: string): RedisHost | undefined {
  const match = /^(?<host>[\w.-]+|\[[\da-fA-F:]+\])(?::(?<port>\d{1,5}))?$/.exec(text);
  const { host, port } = match?.groups ?? {};
  if (host === undefined) return undefined;
  const number = Number(port ?? (shape === 'sentinel' ? 26_379 : 6379));
  return number > 0 && number < 65_536 ? { host: host.replace(/^\[|\]$/g, ''), port: number } : undefined;
}

function parsePath(shape: string, path: string): Pick<RedisAddress, 'name' | 'db'> | undefined {
  if (shape === 'sentinel') return path === '' ? undefined : { name: path };
  if (path === '') return {};
  return shape === 'single' && /^\d+$/.test(path) ? { db: Number(path) } : undefined;
}

// Undefined where a % begins nothing.
function decode(text = ''): string | undefined {
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined;
  }
}
