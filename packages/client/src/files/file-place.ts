// Asks the server for a file's place until it answers: over whichever connection there is, and again after each new one.

import { type FileAsk, type FileOpen, type FileRefusedCode, equalBytes } from '@mayfly/protocol';
import type { FilePort } from './file-port.ts';
import { pause } from './patience.ts';

export type PlaceAnswer =
  | { readonly ok: true; readonly place: FileOpen }
  | { readonly ok: false; readonly reason: PlaceRefusal };

export type PlaceRefusal = Exclude<FileRefusedCode, 'rate' | 'unavailable'> | 'cancelled' | 'ended';

type Answer = PlaceAnswer | { readonly ok: 'later'; readonly ms: number };

/** An answer takes longer only if the question was lost. */
const ANSWER_MS = 30_000;
const PAUSE_MIN_MS = 1_000;

export async function askForPlace(port: FilePort, ask: FileAsk, signal: AbortSignal): Promise<PlaceAnswer> {
  for (;;) {
    const answer = await askOnce(port, ask, signal);
    if (answer.ok !== 'later') return answer;
    await pause(port.deps.clock, Math.max(answer.ms, PAUSE_MIN_MS), signal);
  }
}

function askOnce(port: FilePort, ask: FileAsk, signal: AbortSignal): Promise<Answer> {
  return new Promise((resolve) => {
    let patience: Disposable | undefined;
    let listening: Disposable | undefined;
    const settle = (answer: Answer) => {
      patience?.[Symbol.dispose]();
      listening?.[Symbol.dispose]();
      signal.removeEventListener('abort', cancel);
      resolve(answer);
    };
    const cancel = () => settle({ ok: false, reason: 'cancelled' });
    const say = () => {
      port.deps.say(ask);
      patience?.[Symbol.dispose]();
      patience = port.deps.clock.after(ANSWER_MS, say);
    };
    if (signal.aborted) return cancel();
    signal.addEventListener('abort', cancel);
    listening = port.listen({
      opened: say,
      ended: () => settle({ ok: false, reason: 'ended' }),
      answered(frame) {
        if (!equalBytes(frame.fid, ask.fid)) return;
        if (frame.type === 'fileOpen') settle({ ok: true, place: frame });
        if (frame.type === 'fileRefused') settle(refusal(frame.code, frame.retryAfterMs));
      },
    });
  });
}

function refusal(code: FileRefusedCode, ms: number): Answer {
  return code === 'rate' || code === 'unavailable' ? { ok: 'later', ms } : { ok: false, reason: code };
}
