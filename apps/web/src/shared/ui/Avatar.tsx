import { classNames } from './class-names.ts';
import { avatarColors, initials } from './avatar-model.ts';

export interface AvatarProps {
  name: string;
  color: number;
  size?: 'small' | 'medium' | 'large';
}

const sizes = {
  small: 'size-8 text-meta',
  medium: 'size-10 text-message',
  large: 'size-16 text-page',
} as const;

/** Decoration beside a name, never instead of one. */
export function Avatar({ name, color, size = 'medium' }: AvatarProps) {
  return (
    <span
      aria-hidden
      style={{ backgroundColor: avatarColors[color % avatarColors.length] }}
      className={classNames(
        'inline-grid shrink-0 place-items-center rounded-full font-medium text-white select-none',
        sizes[size],
      )}
    >
      {initials(name)}
    </span>
  );
}
