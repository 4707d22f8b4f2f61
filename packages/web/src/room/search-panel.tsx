// Search in the room: beside the messages on wide screens, over them on others.

import { type Signal, useSignal } from '@preact/signals';
import { useEffect, useLayoutEffect, useMemo, useRef } from 'preact/hooks';
import { Icon } from '../ui/icon.tsx';
import { panelTexts } from '../words/panels.ts';
import { roomTexts } from '../words/room.ts';
import { unmarkFound } from './list/message-element.ts';
import type { RoomView } from './model/room-view.ts';
import { Search } from './model/search.ts';
import { Results } from './search-results.tsx';

type SearchPanelProps = {
  readonly view: RoomView;
  /** A hit was chosen that this panel may cover. */
  readonly onChosen: () => void;
  readonly onClose: () => void;
};

export function SearchPanel({ view, onChosen, onClose }: SearchPanelProps) {
  const query = useSignal('');
  const search = useSearch(view, query);
  const close = () => {
    unmarkFound();
    onClose();
  };
  const step = (by: 1 | -1) => {
    const hit = search.step(by);
    if (hit !== undefined) view.jump.value = { key: hit.key, marks: true };
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
        <h2>{panelTexts.searchHeading}</h2>
        <button class="icon-button" type="button" aria-label={panelTexts.searchClose} onClick={close}>
          <Icon name="x" />
        </button>
      </div>
      <Field query={query} onStep={step} />
      <Results
        search={search}
        onStep={step}
        onChoose={(hit) => {
          search.choose(hit);
          onChosen();
          view.jump.value = { key: hit.key, marks: true };
        }}
      />
      <p class="search__note">{panelTexts.searchHere}</p>
    </aside>
  );
}

function useSearch({ timeline }: RoomView, query: Signal<string>): Search {
  const search = useMemo(() => new Search(timeline.blocks, query), [timeline]);
  useEffect(() => () => search[Symbol.dispose](), [search]);
  return search;
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
