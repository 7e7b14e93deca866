import { ta } from '../../shared/i18n/app.ts';
import { classNames } from '../../shared/ui/class-names.ts';
import { steps } from './steps.ts';
import type { Step } from './steps.ts';

export function StepMarks({ step }: { step: Step }) {
  const current = steps.indexOf(step);
  return (
    <div className="no-print flex flex-col gap-2">
      <ol aria-label={ta('steps.label')} className="flex gap-2">
        {steps.map((name, index) => (
          <li
            key={name}
            aria-current={index === current ? 'step' : undefined}
            className={classNames(
              'flex flex-1 flex-col gap-1.5 text-meta',
              index === current ? 'font-medium text-ink' : 'text-muted',
            )}
          >
            <span
              aria-hidden
              className={classNames(
                'h-1 rounded-full',
                index <= current ? 'bg-accent' : 'bg-hairline',
              )}
            />
            {ta(`steps.${name}`)}
          </li>
        ))}
      </ol>
    </div>
  );
}
