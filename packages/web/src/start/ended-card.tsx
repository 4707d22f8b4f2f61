// The card for a room that has ended or can't be opened.

import type { ComponentChildren } from 'preact';
import { Ghost } from '../ui/mark.tsx';
import { ScreenHeading } from '../ui/screen-heading.tsx';

type EndedCardProps = {
  readonly heading: string;
  readonly lead: ComponentChildren;
  readonly wide?: boolean;
  readonly children?: ComponentChildren;
};

export function EndedCard({ heading, lead, wide = false, children }: EndedCardProps) {
  return (
    <section class={`card${wide ? ' card--wide' : ''}`}>
      <div class="single-card__head">
        <Ghost />
        <ScreenHeading title={heading}>{heading}</ScreenHeading>
        <p class="muted">{lead}</p>
      </div>
      {children}
    </section>
  );
}
