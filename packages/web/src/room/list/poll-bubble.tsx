// A poll: its question, until the part that draws it is there.

import type { ComponentChildren } from 'preact';
import { useEffect } from 'preact/hooks';
import type { RoomView } from '../model/room-view.ts';
import type { Bubble } from '../model/turns.ts';
import { polls } from '../polls/polls-loader.ts';

type PollBubbleProps = {
  readonly bubble: Bubble;
  readonly view: RoomView;
  /** The question. */
  readonly children: ComponentChildren;
};

export function PollBubble({ bubble, view, children }: PollBubbleProps) {
  useEffect(() => polls.want(), []);
  const part = polls.loaded.value;
  return part === undefined ? <>{children}</> : <part.PollCard bubble={bubble} view={view} />;
}
