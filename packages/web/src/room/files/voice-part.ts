// Loaded with the first recording, or when someone begins one.

export { AudioBubble } from './audio-bubble.tsx';
export { VoiceBar } from './voice-bar.tsx';
