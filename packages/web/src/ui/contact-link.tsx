// Where a room can be reported: an email address, or a page.

/** `contact`: as `decodeServerLimits` lets it through. */
export function ContactLink({ contact }: { readonly contact: string }) {
  const isPage = contact.startsWith('https:');
  const href = isPage ? contact : `mailto:${contact}`;
  return (
    <a href={href} rel="noreferrer" {...(isPage && { target: '_blank' })}>
      {contact}
    </a>
  );
}
