import { ChevronDown } from 'lucide-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Button } from '../ui/button.tsx';
import { Field } from '../ui/field.tsx';
import { Input } from '../ui/input.tsx';
import { Popover, PopoverContent, PopoverTrigger } from '../ui/popover.tsx';
import { Avatar } from './avatar.tsx';
import { toUsername } from './timeline-views.ts';

export type FollowerPickerProps = {
  username: string;
  known: readonly string[];
  onChoose(username: string): void;
};

/** As whom the phone writes. */
export function FollowerPicker({ username, known, onChoose }: FollowerPickerProps) {
  const { t } = useTranslation('sandbox');
  const [isOpen, setIsOpen] = useState(false);
  const [name, setName] = useState('');
  const choose = (chosen: string) => {
    if (chosen === '') return;
    onChoose(chosen);
    setName('');
    setIsOpen(false);
  };
  return (
    <Popover open={isOpen} onOpenChange={setIsOpen}>
      <PopoverTrigger asChild>
        <Button variant="ghost" size="sm" className="max-w-40 min-w-0">
          <span className="sr-only">{t('writeAs', { username })}</span>
          <Avatar username={username} className="size-5 text-[10px]" />
          <span className="truncate">@{username}</span>
          <ChevronDown aria-hidden />
        </Button>
      </PopoverTrigger>
      <PopoverContent align="end" className="w-60" aria-label={t('who')}>
        <form
          onSubmit={(event) => {
            event.preventDefault();
            choose(name);
          }}
        >
          <Field title={t('who')} help={t('whoHelp')}>
            {(control) => (
              <Input
                {...control}
                value={name}
                placeholder={username}
                onChange={(event) => setName(toUsername(event.target.value))}
              />
            )}
          </Field>
        </form>
        <div className="mt-2 flex flex-wrap gap-1">
          {[...new Set([...known, 'mia', 'sam', 'lea'])].slice(0, 8).map((follower) => (
            <Button
              key={follower}
              size="sm"
              aria-pressed={follower === username}
              onClick={() => choose(follower)}
            >
              @{follower}
            </Button>
          ))}
        </div>
      </PopoverContent>
    </Popover>
  );
}
