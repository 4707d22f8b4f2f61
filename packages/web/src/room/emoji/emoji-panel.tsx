// All emoji to pick from: by search, by group, the ones used last. Arrow keys move in the grid.

import { useComputed, useSignal } from '@preact/signals';
import { useId, useLayoutEffect, useRef } from 'preact/hooks';
import { Stroke } from '../../ui/icon.tsx';
import { emojiTexts } from '../../words/emoji.ts';
import { type Emoji, GROUPS, type Group, TONES, toned } from './emoji-book.ts';
import { emojiBook, inTone, noteUse, recent, tone } from './emoji-choice.ts';
import { stepInGrid, stepInRow } from './grid-keys.ts';

type Tab = 'recent' | Group;

const TABS: readonly Tab[] = ['recent', ...GROUPS];

const ICONS: Readonly<Record<Tab, string>> = {
  recent: 'M12 3.5a8.5 8.5 0 1 0 0 17 8.5 8.5 0 1 0 0-17ZM12 7.5V12l3 2',
  faces:
    'M12 3.5a8.5 8.5 0 1 0 0 17 8.5 8.5 0 1 0 0-17ZM8.5 14.2c.9 1.3 2.1 1.9 3.5 1.9s2.6-.6 3.5-1.9M9 9.7h.01M15 9.7h.01',
  nature: 'M5 19c0-9 5-14 14.5-14.5C20 14 15 19 8.5 19H5Zm0 0 7.5-7.5',
  food: 'M5 9h12v5a5 5 0 0 1-5 5h-2a5 5 0 0 1-5-5V9ZM17 10.5h1.5a2.2 2.2 0 0 1 0 4.5H17M8.5 3.5v2M12.5 3.5v2',
  places: 'M4 19.5h16M6 19.5V9l6-4.5L18 9v10.5M10 19.5v-5h4v5',
  things:
    'M9 17.5V6.2l10-2v11.3M6.5 15a2.5 2.5 0 1 0 0 5 2.5 2.5 0 1 0 0-5ZM16.5 13a2.5 2.5 0 1 0 0 5 2.5 2.5 0 1 0 0-5Z',
  signs: 'M5.5 20.5V4.5c4-2 7 2 13 0v9c-6 2-9-2-13 0',
};
const HAND = '✋';

type PanelProps = {
  /** The glyph, in the chosen skin tone. */
  readonly onPick: (glyph: string) => void;
  /** Puts the focus into the search when it opens: where a keyboard doesn't cover the panel. */
  readonly focuses?: boolean;
};

export function EmojiPanel({ onPick, focuses = false }: PanelProps) {
  const id = useId();
  const search = useRef<HTMLInputElement>(null);
  const query = useSignal('');
  const tab = useSignal<Tab>('recent');
  const shown = useSignal<Emoji | undefined>(undefined);
  const emoji = useComputed(() => {
    if (query.value.trim() !== '') return emojiBook.search(query.value);
    return tab.value === 'recent' ? recent.value : emojiBook.group(tab.value);
  });
  useLayoutEffect(() => {
    if (focuses) search.current?.focus({ preventScroll: true });
  }, []);
  const pick = (one: Emoji) => onPick(noteUse(one));
  const isSearch = query.value.trim() !== '';
  return (
    <div class="emoji">
      <input
        class="input"
        type="search"
        ref={search}
        dir="auto"
        autocomplete="off"
        spellcheck={false}
        enterkeyhint="search"
        aria-label={emojiTexts.search}
        placeholder={emojiTexts.search}
        onInput={({ currentTarget }) => {
          query.value = currentTarget.value;
        }}
        onKeyDown={(event) => {
          const [first] = emoji.value;
          if (event.key === 'ArrowDown') stepInGrid(event, event.currentTarget.parentElement);
          if (event.key !== 'Enter' || event.isComposing) return;
          // It would send the composer's form.
          event.preventDefault();
          if (isSearch && first !== undefined) pick(first);
        }}
      />
      <div class="emoji__tabs" role="tablist" aria-label={emojiTexts.groups} onKeyDown={stepInRow}>
        {TABS.map((one) => (
          <button
            class="icon-button"
            type="button"
            role="tab"
            key={one}
            aria-label={emojiTexts.group[one]}
            title={emojiTexts.group[one]}
            aria-selected={!isSearch && one === tab.value}
            aria-controls={id}
            tabIndex={one === tab.value ? 0 : -1}
            onFocus={() => {
              if (!isSearch) tab.value = one;
            }}
            onClick={() => {
              tab.value = one;
              query.value = '';
              if (search.current !== null) search.current.value = '';
            }}
          >
            <Stroke path={ICONS[one]} />
          </button>
        ))}
      </div>
      <div
        class="emoji__grid"
        role="tabpanel"
        id={id}
        key={isSearch ? 'found' : tab.value}
        aria-label={isSearch ? emojiTexts.found : emojiTexts.group[tab.value]}
        onKeyDown={(event) => stepInGrid(event, event.currentTarget.parentElement)}
      >
        {emoji.value.map((one, index) => (
          <button
            class="emoji__one"
            type="button"
            key={one.glyph}
            aria-label={one.name}
            tabIndex={index === 0 ? 0 : -1}
            onFocus={() => {
              shown.value = one;
            }}
            onMouseEnter={() => {
              shown.value = one;
            }}
            onClick={() => pick(one)}
          >
            {inTone(one)}
          </button>
        ))}
        {emoji.value.length === 0 && <p role="status">{emojiTexts.notFound}</p>}
      </div>
      <Foot emoji={shown.value ?? emoji.value[0]} />
    </div>
  );
}

/** What the emoji is called, or which skin tone it is to have. */
function Foot({ emoji }: { readonly emoji: Emoji | undefined }) {
  const isOpen = useSignal(false);
  return (
    <div class="emoji__foot">
      {isOpen.value ? (
        <div role="group" aria-label={emojiTexts.tone}>
          {TONES.map((one, index) => (
            <button
              class="icon-button"
              type="button"
              key={one}
              aria-label={emojiTexts.tones[index]}
              aria-pressed={one === tone.value}
              onClick={() => {
                tone.value = one;
                isOpen.value = false;
              }}
            >
              {toned(HAND, one)}
            </button>
          ))}
        </div>
      ) : (
        emoji !== undefined && (
          <>
            <span aria-hidden="true">{inTone(emoji)}</span>
            <span>
              <b>{emoji.name}</b> <code>{`:${emoji.code}:`}</code>
            </span>
          </>
        )
      )}
      <button
        class="icon-button"
        type="button"
        aria-label={emojiTexts.tone}
        aria-expanded={isOpen.value}
        onClick={() => {
          isOpen.value = !isOpen.value;
        }}
      >
        {toned(HAND, tone.value)}
      </button>
    </div>
  );
}
