// `npm run cluster` as it is typed: people on several nodes, a node that dies, and an end that leaves nothing behind.

import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { freePort } from '../../packages/server/src/testing/free-port.ts';
import { Crowd, eventually } from './faults/crowd.ts';

const PROGRAM = fileURLToPath(new URL('../../scripts/cluster.mjs', import.meta.url));

class ClusterProcess implements AsyncDisposable {
  readonly port: number;
  readonly pids: readonly number[];
  readonly #child: ChildProcess;

  constructor(port: number, pids: readonly number[], child: ChildProcess) {
    this.port = port;
    this.pids = pids;
    this.#child = child;
  }

  static async start(): Promise<ClusterProcess> {
    const port = await freePort();
    const env = { ...process.env, HOST: '127.0.0.1', PORT: String(port), RATE_LIMITS: 'off' };
    const child = spawn(process.execPath, [PROGRAM], { env, stdio: ['ignore', 'pipe', 'inherit'] });
    let output = '';
    await new Promise<void>((resolve, reject) => {
      child.stdout.on('data', (chunk: Buffer) => {
        output += chunk.toString();
        if (output.includes('Ctrl+C')) resolve();
      });
      child.once('exit', () => reject(new Error(`the cluster ended: ${output}`)));
    });
    const pids = [...output.matchAll(/node \d: pid (\d+)/g)].map(([, pid]) => Number(pid));
    return new ClusterProcess(port, pids, child);
  }

  /** As Ctrl+C does; answers the exit code. */
  async stop(): Promise<number | null> {
    if (this.#child.exitCode === null) {
      this.#child.kill('SIGINT');
      await once(this.#child, 'exit');
    }
    return this.#child.exitCode;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
  }
}

function isRunning(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

test('people of three nodes talk, one node is killed, one is stopped, nothing is lost; the end leaves no process', async () => {
  await using cluster = await ClusterProcess.start();
  const { port, pids } = cluster;
  expect(pids).toHaveLength(3);
  using crowd = await Crowd.gather({ port });
  for (let i = 0; i < 6; i += 1) crowd.enter(port);
  expect(await crowd.settled()).toBe(true);

  const [killed = 0, stopped = 0] = pids;
  for (let round = 0; round < 5; round += 1) {
    for (const member of crowd.members) member.write();
    if (round === 1) process.kill(killed, 'SIGKILL');
    if (round === 3) process.kill(stopped, 'SIGTERM');
    expect(await crowd.settled()).toBe(true);
  }
  // Members that moved away are live elsewhere before it is gone.
  expect(await eventually(() => !isRunning(stopped))).toBe(true);
  expect(await crowd.settled()).toBe(true);
  for (const member of crowd.members) member.write();
  expect(await crowd.settled()).toBe(true);
  expect(await crowd.caughtUp()).toBe(true);
  expect(crowd.faults()).toEqual([]);
  expect(crowd.members.some(({ witness }) => witness.resumes > 0)).toBe(true);

  expect(await cluster.stop()).toBe(0);
  expect(pids.filter(isRunning)).toEqual([]);
  await expect(fetch(`http://127.0.0.1:${port}/healthz`)).rejects.toThrow();
});

test('a port in use is reported before anything starts, even if the other program is a HAProxy that would share it', async () => {
  await using cluster = await ClusterProcess.start();
  const env = { ...process.env, HOST: '127.0.0.1', PORT: String(cluster.port) };
  const { status, stdout, stderr } = spawnSync(process.execPath, [PROGRAM], { env, encoding: 'utf8' });
  expect([status, stdout]).toEqual([1, '']);
  expect(stderr).toMatch(
    `Port ${cluster.port} is in use. Stop the other program, or choose another port: PORT=`,
  );
});
