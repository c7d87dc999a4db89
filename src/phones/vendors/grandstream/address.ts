/** How this vendor writes the address of a server: the protocol apart, no slash at the end. */
export interface ServerPath {
  tls: boolean;
  path: string;
}

export function serverPath(url: string): ServerPath {
  return { tls: url.startsWith('https:'), path: url.replace(/^https?:\/\//, '').replace(/\/+$/, '') };
}
