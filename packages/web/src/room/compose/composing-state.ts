// What helps with writing a message, as far as it is no text: what is open, and what is offered at the caret.

import type { Member } from '@mayfly/client';
import { type ReadonlySignal, computed, signal } from '@preact/signals';
import { type CommandName, PLAIN_COMMANDS, isCommand } from '../model/commands.ts';
import { OFFERED_MAX, type Trigger, commandsFor, peopleFor, triggerAt } from '../model/completion.ts';
import { emojiPart } from '../emoji/emoji-loader.ts';
import { mentionOf } from '../model/mentions.ts';
import type { RoomView } from '../model/room-view.ts';
import { folded } from '../text/folded-text.ts';

/** Something to complete; `insert` takes the place of the trigger and what follows it. */
export type Offer = { readonly key: string; readonly insert: string } & (
  | { readonly what: 'mention'; readonly person: Member }
  | { readonly what: 'command'; readonly name: CommandName }
  | { readonly what: 'emoji'; readonly name: string; readonly code: string }
);

export type Note =
  | { readonly what: 'unknown'; readonly name: string }
  | { readonly what: 'incomplete'; readonly name: 'me' | 'nick' }
  | { readonly what: 'long-name' | 'no-files' | 'no-timer' };

/** What of a room matters here. */
type Writing = Pick<RoomView, 'draft' | 'people' | 'takesFiles' | 'attach'>;

export class ComposingState {
  readonly open = signal<'emoji' | 'formatting' | 'timer' | 'poll' | undefined>(undefined);
  /** What the last press of Send, or the last paste, came to. */
  readonly note = signal<Note | undefined>(undefined);
  /** Of the poll that is asked for, as far as it was typed with the command. */
  readonly question = signal('');
  /** Keys of the parts of a text that was too long. */
  readonly parts = signal<readonly string[]>([]);
  readonly #view: Writing;
  readonly #trigger = signal<Trigger | undefined>(undefined);
  readonly #chosen = signal(0);
  // Closed by the person, or completed: not offered again until less of it is left.
  #closed: Trigger | undefined;

  constructor(view: Writing) {
    this.#view = view;
  }

  get trigger(): ReadonlySignal<Trigger | undefined> {
    return this.#trigger;
  }

  readonly offers = computed((): readonly Offer[] => {
    const trigger = this.#trigger.value;
    const text = this.#view.draft.text.value;
    return trigger === undefined || !isThere(trigger, text) ? [] : offersFor(trigger, this.#view);
  });

  readonly chosen = computed(() => Math.min(this.#chosen.value, this.offers.value.length - 1));

  get takesFiles(): boolean {
    return this.#view.takesFiles.peek();
  }

  attach(files: FileList): void {
    this.#view.attach(files);
  }

  openPoll(question: string): void {
    this.question.value = question;
    this.open.value = 'poll';
  }

  /** What is typed needs no completing: a command, or the only name that begins like it. */
  get isComplete(): boolean {
    const [offer, other] = this.offers.peek();
    const query = this.#trigger.peek()?.query ?? '';
    if (offer === undefined || offer.what === 'emoji') return false;
    if (offer.what === 'command') return isCommand(query);
    return other === undefined && folded(`@${query}`) === folded(offer.insert.trimEnd());
  }

  /** The text or the caret changed. */
  look(text: string, caret: number): void {
    const trigger = triggerAt(text, caret);
    const isClosed = trigger !== undefined && this.#isClosed(trigger);
    if (!isClosed) this.#closed = undefined;
    if (trigger?.query !== this.#trigger.peek()?.query) this.#chosen.value = 0;
    this.#trigger.value = isClosed ? undefined : trigger;
    if (trigger?.what === 'emoji') emojiPart.want();
  }

  /** To the next offer or the one before, around the end. */
  step(by: 1 | -1): void {
    const count = this.offers.peek().length;
    this.#chosen.value = (this.chosen.peek() + by + count) % count;
  }

  close(): void {
    this.#closed = this.#trigger.peek();
    this.#trigger.value = undefined;
  }

  #isClosed({ from, query }: Trigger): boolean {
    return this.#closed?.from === from && query.length >= this.#closed.query.length;
  }
}

/** False once the text was sent or replaced. */
function isThere({ from, query }: Trigger, text: string): boolean {
  return text.length > from && text.startsWith(query, from + 1);
}

function offersFor({ what, query }: Trigger, { people }: Writing): readonly Offer[] {
  if (what === 'mention')
    return peopleFor(query, people.members.value).map((person) => ({
      what,
      person,
      key: person.idPk,
      insert: `${mentionOf(person, people.isTagged(person))} `,
    }));
  if (what === 'command')
    return commandsFor(query).map((name) => ({
      what,
      name,
      key: name,
      insert: PLAIN_COMMANDS.has(name) ? `/${name}` : `/${name} `,
    }));
  return emojiFor(query);
}

/** None until their table is there. */
function emojiFor(query: string): readonly Offer[] {
  const { value: part } = emojiPart.loaded;
  const found = part?.emojiBook.search(query.replaceAll('_', ' ')).slice(0, OFFERED_MAX) ?? [];
  return found.map((emoji) => {
    const glyph = part?.inTone(emoji) ?? emoji.glyph;
    return { what: 'emoji', key: emoji.glyph, insert: glyph, name: emoji.name, code: emoji.code };
  });
}

const states = new WeakMap<RoomView, ComposingState>();

/** The one of this room. */
export function composingOf(view: RoomView): ComposingState {
  const state = states.get(view) ?? new ComposingState(view);
  states.set(view, state);
  return state;
}
