import { hash } from 'node:crypto';
import { LinekeeperError } from '../errors.ts';

/** Pixels of one side. */
export const AVATAR_SIZES = [64, 128, 512] as const;
export type AvatarSize = (typeof AVATAR_SIZES)[number];

export const AVATAR_TYPES = ['image/png', 'image/jpeg', 'image/webp', 'image/gif'] as const;
type AvatarType = (typeof AVATAR_TYPES)[number];

/** A picture may have so many pixels, whatever its file size: a bomb of a few kB unpacks to gigabytes. */
const MAX_PIXELS = 40_000_000;
const MAX_SECONDS = 15;
const QUALITY = 82;

export interface AvatarImage {
  size: AvatarSize;
  /** WebP. */
  image: Buffer;
  /** SHA-256 of the image, hex, cut to 16. */
  etag: string;
}

/**
 * A picture as we keep it: turned as EXIF says, cut to a square around its middle, in three sizes, encoded anew. Nothing of
 * the file that came is left: no metadata (places, names), no colour profile, no second language that it might also speak.
 * One at a time, because a picture takes a hundred times its file size while it is worked on.
 * @throws IMAGE_INVALID for whatever is not a whole picture of the type it says to be
 */
export function makeAvatar(file: Buffer, type: string): Promise<AvatarImage[]> {
  const made = tail.then(() => encode(file, type));
  tail = made.catch(() => {});
  return made;
}

let tail: Promise<unknown> = Promise.resolve();

async function encode(file: Buffer, type: string): Promise<AvatarImage[]> {
  // Decided before any decoder is asked: libvips would also try SVG, PDF and more.
  if (typeOf(file) !== type) throw invalid(`the body is not ${type}`);
  const sharp = await loadSharp();
  try {
    const largest = Math.max(...AVATAR_SIZES);
    const { data, info } = await sharp(file, { limitInputPixels: MAX_PIXELS, failOn: 'error' })
      .autoOrient()
      .resize(largest, largest, { fit: 'cover', position: 'centre' })
      .timeout({ seconds: MAX_SECONDS })
      .raw()
      .toBuffer({ resolveWithObject: true });
    const raw = { width: info.width, height: info.height, channels: info.channels };
    const images: AvatarImage[] = [];
    for (const size of AVATAR_SIZES) {
      const image = await sharp(data, { raw }).resize(size, size).webp({ quality: QUALITY }).toBuffer();
      images.push({ size, image, etag: hash('sha256', image, 'hex').slice(0, 16) });
    }
    return images;
  } catch (cause) {
    throw invalid('the picture is damaged or too large', cause);
  }
}

/** By the first bytes: what a decoder would take it for. */
function typeOf(file: Buffer): AvatarType | undefined {
  const starts = file.subarray(0, 16).toString('latin1');
  if (starts.startsWith('\u0089PNG\r\n\u001a\n')) return 'image/png';
  if (starts.startsWith('\u00ff\u00d8\u00ff')) return 'image/jpeg';
  if (starts.startsWith('RIFF') && starts.startsWith('WEBP', 8)) return 'image/webp';
  if (/^GIF8[79]a/.test(starts)) return 'image/gif';
  return undefined;
}

function invalid(message: string, cause?: unknown): LinekeeperError {
  return new LinekeeperError('IMAGE_INVALID', message, cause === undefined ? {} : { cause });
}

/** 20 MB that a daemon without pictures never needs. */
async function loadSharp() {
  const { default: sharp } = await import('sharp');
  sharp.concurrency(1);
  sharp.cache(false);
  return sharp;
}
