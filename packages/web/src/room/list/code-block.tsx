// A block of code in a message: always left to right, scrolls sideways, copied by a button.

import { useEffect, useMemo, useRef, useState } from 'preact/hooks';
import { background } from '../../background.ts';
import { copyText, selectContents } from '../../ui/clipboard.ts';
import { Icon } from '../../ui/icon.tsx';
import { codeColors, grammarOf } from '../text/code-colors-loader.ts';
import { richTexts } from '../../words/rich-text.ts';

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
    <div class="code-block" dir="ltr" role="group" aria-label={richTexts.code(language)}>
      <div class="code-block__head">
        <span aria-hidden="true">{language}</span>
        <button
          class="link-button"
          type="button"
          onBlur={() => setOutcome(undefined)}
          onClick={() => background(copy())}
        >
          <Icon name={outcome === 'copied' ? 'check' : 'copy'} small />
          {outcome === 'copied' ? richTexts.codeCopied : richTexts.copyCode}
        </button>
      </div>
      <pre ref={shown} role="group" tabIndex={0} aria-label={richTexts.code(language)}>
        <code>
          <ColoredCode language={language} code={code} />
        </code>
      </pre>
      <span class={outcome === 'refused' ? 'code-block__hint' : 'visually-hidden'} role="status">
        {outcome === 'copied' && richTexts.codeCopied}
        {outcome === 'refused' && richTexts.copyCodeByHand}
      </span>
    </div>
  );
}

/** In one color until the part that knows the language is there, and where none does. */
function ColoredCode({ language, code }: CodeBlockProps) {
  const colors = codeColors.loaded.value;
  const grammar = grammarOf(language, code);
  useEffect(() => {
    if (grammar !== undefined) codeColors.want();
  }, [grammar]);
  const pieces = useMemo(
    () => (grammar === undefined ? undefined : colors?.coloredCode(grammar, code)),
    [colors, grammar, code],
  );
  if (pieces === undefined) return <>{code}</>;
  return pieces.map(({ text, kind }) =>
    kind === undefined ? text : <span class={`code-block__${kind}`}>{text}</span>,
  );
}
