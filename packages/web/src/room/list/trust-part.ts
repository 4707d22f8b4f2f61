// What the page says about a server that shows people different things: loaded ahead, because that server may not answer
// for it later.

export { trustTexts } from '../../words/trust.ts';
export { TrustBadge, TrustNotices, TroubleRow } from './trust-notices.tsx';
