// Search in the room: beside the messages on wide screens, over them on others.

import { type Signal, useSignal } from '@preact/signals';
import { useEffect, useLayoutEffect, useMemo, useRef, useState } from 'preact/hooks';
import { background } from '../background.ts';
import { Icon } from '../ui/icon.tsx';
import { roomTexts } from '../words/room.ts';
import { showFound, unmarkFound } from './found-message.ts';
import type { RoomView } from './model/room-view.ts';

type SearchPanelProps = {
  readonly view: RoomView;
  /** A hit was chosen that this panel may cover. */
  readonly onChosen: () => void;
  readonly onClose: () => void;
};

export function SearchPanel({ view, onChosen, onClose }: SearchPanelProps) {
  const query = useSignal('');
  const { part, search } = useSearch(view, query);
  const close = () => {
    unmarkFound();
    onClose();
  };
  const step = (by: 1 | -1) => {
    const hit = search?.step(by);
    if (hit !== undefined) showFound(hit.key);
  };
  return (
    <aside
      class="side side--search"
      aria-label={roomTexts.search}
      onKeyDown={({ key }) => {
        if (key === 'Escape') close();
      }}
    >
      <div class="side__head">
        <h2>{roomTexts.searchHeading}</h2>
        <button class="icon-button" type="button" aria-label={roomTexts.searchClose} onClick={close}>
          <Icon name="x" />
        </button>
      </div>
      <Field query={query} onStep={step} />
      {part === 'failed' && <p class="search__note">{roomTexts.searchFailed}</p>}
      {typeof part !== 'string' && search !== undefined && (
        <part.Results
          search={search}
          onStep={step}
          onChoose={(hit) => {
            search.choose(hit);
            onChosen();
            showFound(hit.key);
          }}
        />
      )}
      <p class="search__note">{roomTexts.searchHere}</p>
    </aside>
  );
}

type Part = typeof import('./search-results.tsx');

/** The field takes what is typed while the rest still loads. */
function useSearch({ timeline }: RoomView, query: Signal<string>) {
  const [part, setPart] = useState<Part | 'loading' | 'failed'>('loading');
  useEffect(() => background(loadedPart().then(setPart)), []);
  const search = useMemo(
    () => (typeof part === 'string' ? undefined : new part.Search(timeline.blocks, query)),
    [part, timeline],
  );
  useEffect(() => () => search?.[Symbol.dispose](), [search]);
  return { part, search };
}

async function loadedPart(): Promise<Part | 'failed'> {
  try {
    return await import('./search-results.tsx');
  } catch {
    return 'failed';
  }
}

const QUERY_MAX = 100;

type FieldProps = { readonly query: Signal<string>; readonly onStep: (by: 1 | -1) => void };

function Field({ query, onStep }: FieldProps) {
  const field = useRef<HTMLInputElement>(null);
  useLayoutEffect(() => field.current?.focus(), []);
  return (
    <div class="search" role="search">
      <input
        class="input"
        type="search"
        ref={field}
        dir="auto"
        autocomplete="off"
        spellcheck={false}
        maxLength={QUERY_MAX}
        enterkeyhint="search"
        aria-label={roomTexts.search}
        onInput={({ currentTarget }) => {
          query.value = currentTarget.value;
        }}
        onKeyDown={(event) => {
          if (event.key === 'Enter' && !event.isComposing) onStep(event.shiftKey ? -1 : 1);
        }}
      />
    </div>
  );
}
