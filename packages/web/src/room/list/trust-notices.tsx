// A server that shows people different things, and the people whose pages say so.

import type { OtherHistory, Person, Trouble } from '@mayfly/client';
import { useState } from 'preact/hooks';
import { background } from '../../background.ts';
import { clockTime } from '../../ui/clock-time.ts';
import { copyText } from '../../ui/clipboard.ts';
import { Icon, Stroke } from '../../ui/icon.tsx';
import { FORK } from '../../ui/later-strokes.ts';
import { roomTexts } from '../../words/room.ts';
import { pieces } from '../../words/sentence.ts';
import { trustTexts } from '../../words/trust.ts';
import { mentionOf } from '../model/mentions.ts';
import type { TroubleNotice } from '../model/notices.ts';
import type { RoomView } from '../model/room-view.ts';
import { AuthorName } from './author-name.tsx';
import { linesToCompare } from './lines-to-compare.ts';

type TrustProps = { readonly view: RoomView; readonly trouble: Trouble; readonly onLeave: () => void };

/** In the header, in place of what it says of encryption or the page. */
export function TrustBadge() {
  return (
    <span class="badge badge--warn badge--bad">
      <Stroke path={FORK} />
      <span class="badge__words">{trustTexts.badge}</span>
    </span>
  );
}

/** The server's notice stays until the room ends; one about a person can be closed. */
export function TrustNotices(props: TrustProps) {
  if (props.trouble.server) return <ServerNotice {...props} />;
  const { view, trouble } = props;
  return trouble.others.map((other) => <PersonNotice key={other.key} other={other} view={view} />);
}

function ServerNotice({ view, trouble, onLeave }: TrustProps) {
  const [isFolded, setFolded] = useState(false);
  return (
    <section class="alarm" role="alert">
      <div class="alarm__head">
        <Stroke path={FORK} />
        <h2>{roomTexts.serverLies}</h2>
        <button
          class={isFolded ? 'btn btn--secondary' : 'icon-button'}
          type="button"
          aria-expanded={!isFolded}
          aria-label={isFolded ? undefined : trustTexts.fold}
          onClick={() => setFolded(!isFolded)}
        >
          {isFolded ? trustTexts.unfold : <Icon name="chevron" />}
        </button>
      </div>
      {!isFolded && <Explained view={view} trouble={trouble} onLeave={onLeave} />}
    </section>
  );
}

function Explained({ view, trouble, onLeave }: TrustProps) {
  return (
    <>
      {trouble.others.length > 0 && (
        <p>
          <WhoDiffers others={trouble.others} view={view} />
        </p>
      )}
      {trouble.lies.map((kind) => (
        <p key={kind}>{trustTexts.lie(kind)}</p>
      ))}
      <div class="alarm__columns">
        <div>
          <h3>{trustTexts.meaning}</h3>
          <p>{trustTexts.meaningIs}</p>
        </div>
        <div>
          <h3>{trustTexts.toDo}</h3>
          <p>{trustTexts.toDoIs}</p>
        </div>
      </div>
      <div class="row">
        <CopyLines view={view} />
        <button class="btn btn--secondary" type="button" onClick={onLeave}>
          <Icon name="leave" flip />
          {roomTexts.leave}
        </button>
      </div>
    </>
  );
}

type DifferProps = { readonly others: readonly OtherHistory[]; readonly view: RoomView };

function WhoDiffers({ others, view: { people } }: DifferProps) {
  const [name, second] = others.map(({ person }) => <AuthorName person={person} people={people} />);
  if (others.length === 1) return <>{pieces(trustTexts.differ.one, { name })}</>;
  if (others.length === 2) return <>{pieces(trustTexts.differ.two, { name, second })}</>;
  return <>{pieces(trustTexts.differ.more, { name, others: trustTexts.others(others.length - 1) })}</>;
}

/** Lines with codes, for another channel than this server's. */
function CopyLines({ view }: { readonly view: RoomView }) {
  const [outcome, setOutcome] = useState<'copied' | 'notCopied'>();
  const copy = async () => {
    const copied = await copyText(linesToCompare(view.timeline));
    setOutcome(copied ? 'copied' : 'notCopied');
  };
  return (
    <>
      <button class="btn btn--primary" type="button" onClick={() => background(copy())}>
        <Icon name={outcome === 'copied' ? 'check' : 'copy'} />
        {trustTexts.copy}
      </button>
      <span class={outcome === undefined ? 'visually-hidden' : 'hint hint--row'} role="status">
        {outcome !== undefined && trustTexts[outcome]}
      </span>
    </>
  );
}

type PersonProps = { readonly other: OtherHistory; readonly view: RoomView };

function PersonNotice({ other: { person, at, key }, view }: PersonProps) {
  const [isClosed, setClosed] = useState(false);
  if (isClosed) return null;
  const name = <AuthorName person={person} people={view.people} />;
  return (
    <section class="alarm alarm--warn" role="alert">
      <div class="alarm__head">
        <Stroke path={FORK} />
        <h2>{pieces(trustTexts.person, { name })}</h2>
        <button
          class="icon-button"
          type="button"
          aria-label={trustTexts.dismiss}
          onClick={() => setClosed(true)}
        >
          <Icon name="x" />
        </button>
      </div>
      <p>{pieces(trustTexts.personLead, { name, time: <b>{clockTime(at)}</b> })}</p>
      <div class="row">
        <CopyLines view={view} />
        <AskToReload person={person} view={view} />
        <ShowMessage messageKey={key} view={view} />
      </div>
    </section>
  );
}

/** Only written, not sent: it is said in the reader's name. */
function AskToReload({ person, view }: { readonly person: Person; readonly view: RoomView }) {
  const ask = () => {
    const written = view.draft.text.peek();
    const text = trustTexts.pleaseReload(mentionOf(person, view.people.isTagged(person)));
    view.type(written === '' ? text : `${written}\n${text}`);
    document.querySelector<HTMLElement>('.composer__text')?.focus();
  };
  return (
    <button class="btn btn--secondary" type="button" onClick={ask}>
      {trustTexts.askToReload}
    </button>
  );
}

function ShowMessage({ messageKey: key, view }: { readonly messageKey: string; readonly view: RoomView }) {
  return (
    <button
      class="btn btn--secondary"
      type="button"
      onClick={() => {
        view.jump.value = { key };
      }}
    >
      {trustTexts.show}
    </button>
  );
}

/** The line in the conversation, where it was noticed. */
export function TroubleRow({ notice, view }: { readonly notice: TroubleNotice; readonly view: RoomView }) {
  const name = notice.person && <AuthorName person={notice.person} people={view.people} />;
  return (
    <span>
      {name !== undefined && pieces(trustTexts.person, { name })}
      {notice.lie !== undefined && trustTexts.lie(notice.lie)}
    </span>
  );
}
