// A line about what happened between messages: people who came, left or changed their name, and gaps in the log.

import { clockTime } from '../../ui/clock-time.ts';
import { roomTexts } from '../../words/room.ts';
import type { Notice } from '../model/notices.ts';
import type { RoomView } from '../model/room-view.ts';
import type { Body } from './bubble-text.tsx';
import { TrimmedMessage } from './message.tsx';
import { noticesPart } from './notices-loader.ts';
import { trustPart } from './trust-loader.ts';

type ViewProps = { readonly view: RoomView };

export function NoticeRow({ notice, view }: ViewProps & { readonly notice: Notice }) {
  if (notice.type === 'reset') {
    return (
      <li class="notice notice--warn">
        <span>{trustPart.loaded.value?.trustTexts.reset(notice.reason)}</span>
      </li>
    );
  }
  if (notice.type === 'trouble') {
    const part = trustPart.loaded.value;
    return <li class="notice notice--warn">{part && <part.TroubleRow notice={notice} view={view} />}</li>;
  }
  if (notice.type === 'trimmed') {
    return <TrimmedRow body={notice} view={view} />;
  }
  const part = noticesPart.loaded.value;
  return (
    <li class="notice">
      {part && <part.NoticeLine notice={notice} people={view.people} />}
      {notice.at > 0 && <time>{clockTime(notice.at)}</time>}
    </li>
  );
}

function TrimmedRow({ body, view }: ViewProps & { readonly body: Body }) {
  return (
    <li class="turn turn--own">
      <div class="turn__messages">
        <span class="visually-hidden">{roomTexts.ownTurn}</span>
        <TrimmedMessage body={body} view={view} />
      </div>
    </li>
  );
}
