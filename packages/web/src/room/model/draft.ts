// What is being written, about which message, and what is still on its way.

import { type Outgoing, hasVisibleText } from '@mayfly/client';
import { BODY_BYTES_MAX, utf8 } from '@mayfly/protocol';
import { type ReadonlySignal, batch, computed, signal } from '@preact/signals';
import { codePointCount, trimmedDraft } from './draft-text.ts';
import { type DraftAbout, type WholeDraft, draftFromText, draftToText } from './whole-draft.ts';

export class Draft {
  readonly text = signal('');
  readonly #about = signal<DraftAbout | undefined>(undefined);
  readonly #waiting = signal<ReadonlySet<string>>(new Set());
  readonly #unsentIsSafe = signal(true);

  /** In characters like those of the text; below 0 exactly when it does not fit. */
  readonly roomLeft = computed(() => {
    const text = trimmedDraft(this.text.value);
    const bytes = utf8(text).length;
    const left = BODY_BYTES_MAX - bytes;
    return bytes === 0 ? left : Math.floor((left * codePointCount(text)) / bytes);
  });

  readonly canSend = computed(() => this.roomLeft.value >= 0 && hasVisibleText(this.text.value));

  /** To keep through a reload; empty if there is nothing to keep. */
  readonly kept = computed(() => draftToText(this.#whole(this.text.value, this.#about.value)));

  /** The message that is answered or edited. */
  get about(): ReadonlySignal<DraftAbout | undefined> {
    return this.#about;
  }

  /** Keys of the messages that have not been echoed. */
  get waiting(): ReadonlySignal<ReadonlySet<string>> {
    return this.#waiting;
  }

  /** How many messages have not been echoed. */
  readonly unsent = computed(() => this.#waiting.value.size);

  /** A reload of the tab loses none of them. */
  get unsentIsSafe(): ReadonlySignal<boolean> {
    return this.#unsentIsSafe;
  }

  updateOutbox(outgoing: readonly Outgoing[], safe: boolean): void {
    this.#waiting.value = new Set(outgoing.map(({ key }) => key));
    this.#unsentIsSafe.value = safe;
  }

  /** What is written so far stays; an edit ends. */
  reply(key: string): void {
    batch(() => {
      this.#endEdit();
      this.#about.value = { what: 'reply', key };
    });
  }

  /** What is written so far comes back after the edit. */
  edit(key: string, text: string): void {
    batch(() => {
      this.#endEdit();
      const behind = this.#whole(this.text.peek(), this.#about.peek());
      this.#about.value = { what: 'edit', key, behind };
      this.text.value = text;
    });
  }

  /** Without the reply, or back to what was written before the edit. */
  cancel(): void {
    batch(() => {
      if (this.#about.peek()?.what === 'edit') this.#endEdit();
      else this.#about.value = undefined;
    });
  }

  /** As it was kept before a reload. What has been typed since stays. */
  restore(kept: string): void {
    if (this.text.peek() === '' && this.#about.peek() === undefined) this.#put(draftFromText(kept));
  }

  /** Empties the draft if `send` accepts it; after an edit, what was written before it comes back. Answers as `send` does. */
  submit<T>(send: (text: string, about: DraftAbout | undefined) => T | undefined): T | undefined {
    const about = this.#about.peek();
    const sent = this.canSend.value ? send(trimmedDraft(this.text.value), about) : undefined;
    if (sent !== undefined) this.#put(about?.what === 'edit' ? about.behind : { text: '' });
    return sent;
  }

  #endEdit(): void {
    const about = this.#about.peek();
    if (about?.what === 'edit') this.#put(about.behind);
  }

  #put({ text, about }: WholeDraft): void {
    batch(() => {
      this.text.value = text;
      this.#about.value = about;
    });
  }

  #whole(text: string, about: DraftAbout | undefined): WholeDraft {
    return about === undefined ? { text } : { text, about };
  }
}
