import { useId } from 'react';
import { classNames } from '../../shared/ui/class-names.ts';

export interface ChoiceProps<Value extends string> {
  label: string;
  options: readonly { value: Value; label: string }[];
  value: Value;
  onChange(value: Value): void;
}

/** Native radio buttons, drawn as one segmented control. */
export function Choice<Value extends string>(props: ChoiceProps<Value>) {
  const { label, options, value, onChange } = props;
  const name = useId();
  return (
    <fieldset className="flex flex-col gap-2">
      <legend className="mb-2 font-strong">{label}</legend>
      <div className="flex max-w-[25rem] flex-wrap gap-1 rounded-card bg-sunken p-1">
        {options.map((option) => (
          <label
            key={option.value}
            className={classNames(
              'target flex flex-1 items-center justify-center rounded-control px-3 text-center whitespace-nowrap',
              'has-focus-visible:outline-2 has-focus-visible:outline-(--focus)',
              option.value === value
                ? 'border border-control bg-surface font-medium'
                : 'border border-transparent text-muted hover:text-ink',
            )}
          >
            <input
              type="radio"
              name={name}
              value={option.value}
              checked={option.value === value}
              onChange={() => onChange(option.value)}
              className="sr-only"
            />
            {option.label}
          </label>
        ))}
      </div>
    </fieldset>
  );
}
