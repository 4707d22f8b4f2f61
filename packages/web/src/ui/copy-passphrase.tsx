// A button that copies a passphrase, and says what came of it.

import { useState } from 'preact/hooks';
import { background } from '../background.ts';
import { passphraseTexts } from '../words/passphrase.ts';
import { copyText } from './clipboard.ts';
import { Icon } from './icon.tsx';
import { useAfter } from './use-after.ts';

const COPIED_SHOWN_MS = 4000;

export function CopyPassphrase({ text }: { readonly text: string }) {
  const [outcome, setOutcome] = useState<'copied' | 'refused'>();
  useAfter(outcome === 'copied' ? COPIED_SHOWN_MS : undefined, () => setOutcome(undefined));
  const copy = async () => setOutcome((await copyText(text)) ? 'copied' : 'refused');
  const isCopied = outcome === 'copied';
  return (
    <>
      <button class="btn btn--secondary" type="button" onClick={() => background(copy())}>
        <Icon name={isCopied ? 'check' : 'copy'} />
        {isCopied ? passphraseTexts.copied : passphraseTexts.copy}
      </button>
      <span class={outcome === 'refused' ? 'hint hint--row' : 'visually-hidden'} role="status">
        {isCopied && passphraseTexts.copied}
        {outcome === 'refused' && passphraseTexts.copyByHand}
      </span>
    </>
  );
}
