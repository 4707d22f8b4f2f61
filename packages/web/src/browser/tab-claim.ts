// Who is which person, among the tabs of this browser: a duplicated tab has a copy of our storage, keys and all, and
// must become somebody new. Tabs say nothing to each other but public keys.

import { openTabChannel, wasReloaded } from './browser.ts';

/** From this page to all others of this server in this browser, and back. */
export type TabChannel = {
  say(words: string): void;
  listen(listener: (words: unknown) => void): void;
};

const CHANNEL = 'mayfly';
/** How long an answer is waited for: a reload has a name for being quick, and hardly ever a twin. */
export const ANSWER_MS = { reload: 150, otherwise: 1_000 } as const;

export class Twins {
  readonly #channel: TabChannel | undefined;
  readonly #held = new Set<string>();
  readonly #asking = new Map<string, { readonly lot: number; readonly lose: () => void }>();

  readonly #patienceMs: number;

  constructor(channel = openChannel(), patienceMs = ANSWER_MS[wasReloaded() ? 'reload' : 'otherwise']) {
    this.#channel = channel;
    this.#patienceMs = patienceMs;
    channel?.listen((words) => {
      const word = parseWord(words);
      if (word !== undefined) this.#hear(word);
    });
  }

  /** This page is the person of that key, from now on as long as it lives. */
  hold(idPk: string): void {
    this.#held.add(idPk);
  }

  /** Whether this page may be that person; it holds the key then. False: another tab is. */
  async claim(idPk: string): Promise<boolean> {
    const channel = this.#channel;
    if (channel === undefined || this.#held.has(idPk)) return true;
    const lot = drawLot();
    const won = await new Promise<boolean>((resolve) => {
      this.#asking.set(idPk, { lot, lose: () => resolve(false) });
      setTimeout(() => resolve(true), this.#patienceMs);
      channel.say(`ask ${idPk} ${lot}`);
    });
    this.#asking.delete(idPk);
    if (won) this.hold(idPk);
    return won;
  }

  #hear({ verb, idPk, lot }: Word): void {
    const asking = this.#asking.get(idPk);
    if (verb === 'held') {
      if (asking?.lot === lot) asking.lose();
    } else if (this.#held.has(idPk)) {
      this.#channel?.say(`held ${idPk} ${lot}`);
    } else if (asking !== undefined) {
      this.#compare(asking, { idPk, lot });
    }
  }

  // Two ask at once, as when a browser restores its windows: the higher lot stays who it was.
  #compare(mine: { lot: number; lose: () => void }, { idPk, lot }: Omit<Word, 'verb'>): void {
    if (mine.lot > lot) this.#channel?.say(`held ${idPk} ${lot}`);
    else mine.lose();
  }
}

type Word = { readonly verb: 'ask' | 'held'; readonly idPk: string; readonly lot: number };

function parseWord(words: unknown): Word | undefined {
  const found = typeof words === 'string' ? /^(ask|held) ([\w-]{43}) (\d{1,10})$/.exec(words) : null;
  const [, verb, idPk, lot] = found ?? [];
  if (idPk === undefined || (verb !== 'ask' && verb !== 'held')) return undefined;
  return { verb, idPk, lot: Number(lot) };
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

function drawLot(): number {
  return crypto.getRandomValues(new Uint32Array(1))[0] ?? 0;
}
