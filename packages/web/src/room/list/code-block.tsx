// A block of code in a message: always left to right, scrolls sideways, copied by a button.

import { useRef, useState } from 'preact/hooks';
import { background } from '../../background.ts';
import { copyText, selectContents } from '../../ui/clipboard.ts';
import { Icon } from '../../ui/icon.tsx';
import { roomTexts } from '../../words/room.ts';

type CodeBlockProps = { readonly language: string; readonly code: string };
type Outcome = 'copied' | 'refused';

export function CodeBlock({ language, code }: CodeBlockProps) {
  const shown = useRef<HTMLPreElement>(null);
  const [outcome, setOutcome] = useState<Outcome>();
  const copy = async () => {
    const copied = await copyText(code);
    setOutcome(copied ? 'copied' : 'refused');
    if (!copied && shown.current) selectContents(shown.current);
  };
  return (
    <div class="code-block" dir="ltr" role="group" aria-label={roomTexts.code(language)}>
      <div class="code-block__head">
        <span aria-hidden="true">{language}</span>
        <button
          class="link-button"
          type="button"
          onBlur={() => setOutcome(undefined)}
          onClick={() => background(copy())}
        >
          <Icon name={outcome === 'copied' ? 'check' : 'copy'} small />
          {outcome === 'copied' ? roomTexts.codeCopied : roomTexts.copyCode}
        </button>
      </div>
      <pre ref={shown} role="group" tabIndex={0} aria-label={roomTexts.code(language)}>
        <code>{code}</code>
      </pre>
      <p class={outcome === 'refused' ? 'code-block__hint' : 'visually-hidden'} role="status">
        {outcome === 'copied' && roomTexts.codeCopied}
        {outcome === 'refused' && roomTexts.copyCodeByHand}
      </p>
    </div>
  );
}
