// A button that copies a link, and says what came of it.

import { useLayoutEffect, useRef, useState } from 'preact/hooks';
import { background } from '../background.ts';
import { sharingTexts } from '../words/sharing.ts';
import { copyText } from './clipboard.ts';
import { Icon } from './icon.tsx';
import { useAfter } from './use-after.ts';

const COPIED_SHOWN_MS = 4000;

type CopyButtonProps = {
  readonly text: string;
  readonly primary: boolean;
  /** Takes the focus at first. */
  readonly focused?: boolean;
  /** The browser refused, so the reader has to copy by hand. */
  readonly onRefused: () => void;
};

export function CopyButton({ text, primary, focused = false, onRefused }: CopyButtonProps) {
  const button = useRef<HTMLButtonElement>(null);
  useLayoutEffect(() => {
    // A dialog uses `autofocus`: it couldn't restore a focus that was taken before it opens.
    if (focused && button.current?.closest('dialog') === null) button.current.focus();
  }, [focused]);
  const [outcome, setOutcome] = useState<'copied' | 'refused'>();
  useAfter(outcome === 'copied' ? COPIED_SHOWN_MS : undefined, () => setOutcome(undefined));
  const copy = async () => {
    const copied = await copyText(text);
    setOutcome(copied ? 'copied' : 'refused');
    if (!copied) onRefused();
  };
  return (
    <>
      <button
        class={`btn ${primary ? 'btn--primary' : 'btn--secondary'}`}
        type="button"
        ref={button}
        autofocus={focused}
        onClick={() => background(copy())}
      >
        <Icon name={outcome === 'copied' ? 'check' : 'copy'} />
        {outcome === 'copied' ? sharingTexts.copied : sharingTexts.copy}
      </button>
      <span class={outcome === 'refused' ? 'hint hint--row' : 'visually-hidden'} role="status">
        {outcome === 'copied' && sharingTexts.copied}
        {outcome === 'refused' && sharingTexts.copyByHand}
      </span>
    </>
  );
}
