// What was erased when a room ended, and from where.

import { clockSpan } from '../ui/clock-time.ts';
import { pieces } from '../words/sentence.ts';
import { endedTexts } from '../words/ended.ts';
import type { RoomSummary } from '../room/model/ended-room.ts';
import { Icon, type IconName } from '../ui/icon.tsx';

type SummaryProps = { readonly summary: RoomSummary };

export function Erased({ summary }: SummaryProps) {
  const { erased, messages, names, key, everywhere, thisTab } = endedTexts;
  return (
    <div>
      <h2 class="legend">{erased}</h2>
      <ul class="erased">
        <Row icon="message" what={messages(summary.messages)} where={everywhere} />
        <Row icon="people" what={names(summary.names)} where={everywhere} />
        <Row icon="key" what={key} where={thisTab} />
      </ul>
    </div>
  );
}

type RowProps = { readonly icon: IconName; readonly what: string; readonly where: string };

function Row({ icon, what, where }: RowProps) {
  return (
    <li>
      <Icon name={icon} />
      <span>{what}</span>
      <span>{where}</span>
    </li>
  );
}

/** When this tab was in the room. The server doesn't record that. */
export function OpenTimes({ summary }: SummaryProps) {
  const room = <b class="mono">{summary.id}</b>;
  const [from, to] = clockSpan(summary.openedAt, summary.endedAt);
  return (
    <>
      {to === undefined
        ? pieces(endedTexts.openAt, { room, time: from })
        : pieces(endedTexts.openFromTo, { room, from, to })}
    </>
  );
}
