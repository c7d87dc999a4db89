export { AmiMessage } from './ami-message.ts';
export { AmiDecoder } from './decode.ts';
export { type AmiFields, encodeAction, MAX_LINE_BYTES, MAX_LINES } from './encode.ts';
