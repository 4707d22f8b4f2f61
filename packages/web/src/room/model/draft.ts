// What is being written, and what is still on its way.

import { type Outgoing, hasVisibleText } from '@mayfly/client';
import { BODY_BYTES_MAX, utf8 } from '@mayfly/protocol';
import { type ReadonlySignal, computed, signal } from '@preact/signals';
import { codePointCount, trimmedDraft } from './draft-text.ts';

export class Draft {
  readonly text = signal('');
  readonly #unsent = signal(0);
  readonly #unsentIsSafe = signal(true);

  /** In characters like those of the text; below 0 exactly when it does not fit. */
  readonly roomLeft = computed(() => {
    const text = trimmedDraft(this.text.value);
    const bytes = utf8(text).length;
    const left = BODY_BYTES_MAX - bytes;
    return bytes === 0 ? left : Math.floor((left * codePointCount(text)) / bytes);
  });

  readonly canSend = computed(() => this.roomLeft.value >= 0 && hasVisibleText(this.text.value));

  /** How many messages have not been echoed. */
  get unsent(): ReadonlySignal<number> {
    return this.#unsent;
  }

  /** A reload of the tab loses none of them. */
  get unsentIsSafe(): ReadonlySignal<boolean> {
    return this.#unsentIsSafe;
  }

  updateOutbox(outgoing: readonly Outgoing[], safe: boolean): void {
    this.#unsent.value = outgoing.length;
    this.#unsentIsSafe.value = safe;
  }

  /** Empties the draft if `send` accepts it. */
  submit(send: (text: string) => boolean): boolean {
    if (!this.canSend.value || !send(trimmedDraft(this.text.value))) return false;
    this.text.value = '';
    return true;
  }
}
