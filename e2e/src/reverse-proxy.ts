// nginx or Caddy with the configuration that deploy/ has for it, in front of a server on this machine. Only what an operator
// changes too is replaced: name, ports, certificate, path.

import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { CERTIFICATE, PRIVATE_KEY } from '../../packages/server/src/testing/certificate.ts';
import { requireProxy } from '../../scripts/setup/programs.mjs';

/** The name in the configurations. */
export const PROXY_HOST = 'chat.example';

export type ProxyName = 'nginx' | 'caddy';

export type ProxyOptions = {
  /** Where it listens. */
  readonly port: number;
  /** Where the server listens. */
  readonly serverPort: number;
  readonly basePath: string;
  /** It passes requests on without the path. */
  readonly removesPath: boolean;
};

export class ReverseProxy implements AsyncDisposable {
  readonly #port: number;
  readonly #directory: string;
  readonly #start: () => ChildProcess;
  readonly #output: string[] = [];
  #process: ChildProcess;

  private constructor(port: number, directory: string, start: () => ChildProcess) {
    this.#port = port;
    this.#directory = directory;
    this.#start = start;
    this.#process = this.#run();
  }

  /** All it has written to stdout, stderr and files. */
  async written(): Promise<string> {
    const names = await readdir(this.#directory, { recursive: true });
    const logs = names.filter((name) => name.endsWith('.log'));
    const files = await Promise.all(logs.map((name) => readFile(join(this.#directory, name), 'utf8')));
    return [...this.#output, ...files].join('');
  }

  #run(): ChildProcess {
    const child = this.#start();
    for (const stream of [child.stdout, child.stderr])
      stream?.on('data', (chunk: Buffer) => this.#output.push(chunk.toString()));
    return child;
  }

  static async start(name: ProxyName, options: ProxyOptions): Promise<ReverseProxy> {
    const directory = await mkdtemp(join(tmpdir(), 'mayfly-proxy-'));
    await writeFile(join(directory, 'fullchain.pem'), CERTIFICATE);
    await writeFile(join(directory, 'privkey.pem'), PRIVATE_KEY);
    const start = await PREPARE[name](directory, options);
    const proxy = new ReverseProxy(options.port, directory, start);
    await proxy.#listens();
    return proxy;
  }

  /** Cuts every connection, as an update of the proxy does. */
  async restart(): Promise<void> {
    await this.#kill();
    this.#process = this.#run();
    await this.#listens();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#kill();
    await rm(this.#directory, { recursive: true });
  }

  async #kill(): Promise<void> {
    if (this.#process.exitCode !== null) return;
    const closed = once(this.#process, 'close');
    this.#process.kill('SIGKILL');
    await closed;
  }

  async #listens(): Promise<void> {
    while (!(await takesConnections(this.#port))) {
      if (this.#process.exitCode !== null) throw new Error(`the proxy ended with ${this.#process.exitCode}`);
      await sleep(20);
    }
  }
}

type Prepare = (directory: string, options: ProxyOptions) => Promise<() => ChildProcess>;

const PREPARE: Record<ProxyName, Prepare> = { nginx: prepareNginx, caddy: prepareCaddy };

async function prepareNginx(directory: string, { port, serverPort, basePath, removesPath }: ProxyOptions) {
  const site = configured('nginx.conf', [
    ['127.0.0.1:5000', `127.0.0.1:${serverPort}`],
    ['listen 443 ssl;', `listen 127.0.0.1:${port} ssl;`],
    ['listen [::]:443 ssl;', ''],
    ['/etc/letsencrypt/live/chat.example/fullchain.pem', join(directory, 'fullchain.pem')],
    ['/etc/letsencrypt/live/chat.example/privkey.pem', join(directory, 'privkey.pem')],
    ['location / {', `location ${basePath} {`],
    ['proxy_pass http://mayfly;', `proxy_pass http://mayfly${removesPath ? '/' : ''};`],
  ]);
  await writeFile(join(directory, 'site.conf'), site);
  const own = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map(
    (kind) => `${kind}_temp_path ${directory}/${kind};`,
  );
  const main = `daemon off; master_process off; pid ${directory}/pid; error_log stderr crit;
    events {} http { access_log ${directory}/access.log; error_log ${directory}/error.log;
    ${own.join(' ')} include ${directory}/site.conf; }`;
  await writeFile(join(directory, 'main.conf'), main);
  return () => start('nginx', ['-c', join(directory, 'main.conf'), '-e', 'stderr'], directory);
}

async function prepareCaddy(directory: string, { port, serverPort, basePath, removesPath }: ProxyOptions) {
  const path = basePath === '/' ? '' : `${basePath}* `;
  const pass = `reverse_proxy ${removesPath ? '' : path}127.0.0.1:${serverPort}`;
  const site = configured('Caddyfile', [
    ['\n{\n', '\n{\n\tadmin off\n\tauto_https disable_redirects\n'],
    ['\nchat.example {\n', `\nchat.example:${port} {\n\tbind 127.0.0.1\n\ttls fullchain.pem privkey.pem\n`],
    [
      '\n\treverse_proxy 127.0.0.1:5000',
      `\n\t${removesPath ? `handle_path ${path}{\n\t\t${pass}\n\t}` : pass}`,
    ],
  ]);
  await writeFile(join(directory, 'Caddyfile'), site);
  return () => start('caddy', ['run', '--config', 'Caddyfile'], directory);
}

function configured(name: string, changes: readonly (readonly [from: string, to: string])[]): string {
  const shipped = readFileSync(new URL(`../../deploy/${name}`, import.meta.url), 'utf8');
  return changes.reduce((text, [from, to]) => {
    if (!text.includes(from)) throw new Error(`deploy/${name} has no ${JSON.stringify(from)}`);
    return text.replace(from, () => to);
  }, shipped);
}

function start(name: ProxyName, args: readonly string[], directory: string): ChildProcess {
  return spawn(requireProxy(name), args, {
    cwd: directory,
    env: { PATH: process.env['PATH'], HOME: directory },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
}

async function takesConnections(port: number): Promise<boolean> {
  const socket = connect(port, '127.0.0.1');
  const isOpen = await once(socket, 'connect').then(
    () => true,
    () => false,
  );
  socket.destroy();
  return isOpen;
}
