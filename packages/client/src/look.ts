// A look at a room before joining: how many people are there and how long it lives, by the server's word. Leaves no trace.

import {
  type HistoryPolicy,
  type ServerControl,
  decodeServerControl,
  encodeClientControl,
} from '@mayfly/protocol';
import { type Clock, systemClock } from './clock.ts';
import { makeLook } from './crypto/join-proof.ts';
import { roomSecrets, wipeRoomSecrets } from './crypto/keys.ts';
import type { RoomWords } from './crypto/room-words.ts';
import { type RandomBytes, secureRandom } from './crypto/random.ts';
import { signingKey } from './crypto/signature.ts';
import { wipe } from './crypto/wipe.ts';
import { wordsOfSight } from './governance/welcome-check.ts';
import type { RoomLink } from './link.ts';
import type { Transport } from './connection/transport.ts';

export type LookOptions = {
  readonly link: RoomLink;
  readonly transport: Transport;
  readonly clock?: Clock;
  readonly random?: RandomBytes;
  /** Ends the look; its answer is then `unknown`. */
  readonly signal?: AbortSignal;
};

/** What the server says of a room to someone who has its link, and what its owner sealed for them. */
export type RoomSight = RoomWords & {
  readonly outcome: 'room';
  readonly count: number;
  /** Milliseconds until the room disappears, if it stays quiet. */
  readonly expiresInMs: number;
  readonly history: HistoryPolicy;
  readonly full: boolean;
  readonly closed: boolean;
};

/** `denied`: no such room, or another key. `unknown`: no answer, or none that this version understands. */
export type LookAnswer = RoomSight | { readonly outcome: 'denied' | 'unknown' };

/** How long an answer may take, in milliseconds. */
export const LOOK_WITHIN_MS = 10_000;

/** Asks once (rules LOOK-1 to LOOK-4). Never rejects. */
export function lookAtRoom({
  link,
  transport,
  clock = systemClock,
  random = secureRandom,
  signal,
}: LookOptions): Promise<LookAnswer> {
  return new Promise((resolve) => {
    let greeted = false;
    const hangUp = (): void => {
      timeout[Symbol.dispose]();
      wire.close();
    };
    const finish = (answer: LookAnswer): void => {
      signal?.removeEventListener('abort', abort);
      hangUp();
      resolve(answer);
    };
    const giveUp = (): void => finish(UNKNOWN);
    // Browsers log a warning if a WebSocket is closed before it opens, so wait for the server's first frame.
    const abort = (): void => {
      if (greeted) giveUp();
      else resolve(UNKNOWN);
    };
    const receive = (frame: ServerControl): void => {
      if (signal?.aborted) return hangUp();
      if (frame.type !== 'challenge') return finish(answerTo(frame, link));
      if (greeted) return giveUp();
      greeted = true;
      wire.send(encodeLook(link, frame.nonce, random));
    };
    const wire = transport({
      text: (text) => {
        const frame = decodeServerControl(text);
        if (frame !== undefined) receive(frame);
      },
      binary: giveUp,
      closed: giveUp,
    });
    const timeout = clock.after(LOOK_WITHIN_MS, giveUp);
    signal?.addEventListener('abort', abort);
  });
}

const UNKNOWN: LookAnswer = { outcome: 'unknown' };

function encodeLook({ id, secret }: RoomLink, nonce: Uint8Array, random: RandomBytes): string {
  const identity = signingKey(random(32));
  const secrets = roomSecrets(secret);
  const look = encodeClientControl(makeLook({ id, identity, nonce, secrets }));
  wipe(identity.seed);
  wipeRoomSecrets(secrets);
  return look;
}

function answerTo(frame: ServerControl, link: RoomLink): LookAnswer {
  if (frame.type === 'denied') return { outcome: 'denied' };
  if (frame.type !== 'room') return UNKNOWN;
  const { count, expiresInMs, history, full, closed } = frame;
  return { outcome: 'room', count, expiresInMs, history, full, closed, ...wordsOfSight(frame, link) };
}
