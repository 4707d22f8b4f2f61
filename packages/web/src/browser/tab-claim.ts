// A duplicated tab has a copy of this tab's storage, including its keys, and must become a new person. The tabs of a
// browser therefore claim identities from each other. They exchange nothing but public keys and priorities.

import { openTabChannel, wasReloaded } from './browser.ts';

/** Connects this page with this server's other pages in this browser. */
export type TabChannel = {
  say(words: string): void;
  listen(listener: (words: unknown) => void): void;
};

const CHANNEL = 'mayfly';
/** How long to wait for an answer. Less after a reload, which should be quick and is hardly ever a duplicate. */
export const ANSWER_MS = { reload: 150, otherwise: 1_000 } as const;

export class TabClaims {
  readonly #channel: TabChannel | undefined;
  readonly #held = new Set<string>();
  readonly #asking = new Map<string, { readonly priority: number; readonly lose: () => void }>();

  readonly #patienceMs: number;

  constructor(channel = openChannel(), patienceMs = ANSWER_MS[wasReloaded() ? 'reload' : 'otherwise']) {
    this.#channel = channel;
    this.#patienceMs = patienceMs;
    channel?.listen((words) => {
      const word = parseWord(words);
      if (word !== undefined) this.#hear(word);
    });
  }

  /** Makes this page the holder of that identity until it closes. */
  hold(idPk: string): void {
    this.#held.add(idPk);
  }

  /** True if this page now holds that identity, false if another tab does. */
  async claim(idPk: string): Promise<boolean> {
    const channel = this.#channel;
    if (channel === undefined || this.#held.has(idPk)) return true;
    const priority = drawPriority();
    const won = await new Promise<boolean>((resolve) => {
      this.#asking.set(idPk, { priority, lose: () => resolve(false) });
      setTimeout(() => resolve(true), this.#patienceMs);
      channel.say(`ask ${idPk} ${priority}`);
    });
    this.#asking.delete(idPk);
    if (won) this.hold(idPk);
    return won;
  }

  #hear({ verb, idPk, priority }: Word): void {
    const asking = this.#asking.get(idPk);
    if (verb === 'held') {
      if (asking?.priority === priority) asking.lose();
    } else if (this.#held.has(idPk)) {
      this.#channel?.say(`held ${idPk} ${priority}`);
    } else if (asking !== undefined) {
      this.#compare(asking, { idPk, priority });
    }
  }

  // Two tabs ask at once, as when a browser restores its windows: the higher priority keeps the identity.
  #compare(mine: { priority: number; lose: () => void }, { idPk, priority }: Omit<Word, 'verb'>): void {
    if (mine.priority > priority) this.#channel?.say(`held ${idPk} ${priority}`);
    else mine.lose();
  }
}

type Word = { readonly verb: 'ask' | 'held'; readonly idPk: string; readonly priority: number };

function parseWord(words: unknown): Word | undefined {
  const found = typeof words === 'string' ? /^(ask|held) ([\w-]{43}) (\d{1,10})$/.exec(words) : null;
  const [, verb, idPk, priority] = found ?? [];
  if (idPk === undefined || (verb !== 'ask' && verb !== 'held')) return undefined;
  return { verb, idPk, priority: Number(priority) };
}

function openChannel(): TabChannel | undefined {
  const channel = openTabChannel(CHANNEL);
  return (
    channel && {
      say: channel.postMessage.bind(channel),
      listen: (listener) => channel.addEventListener('message', ({ data }) => listener(data)),
    }
  );
}

function drawPriority(): number {
  return crypto.getRandomValues(new Uint32Array(1))[0] ?? 0;
}
