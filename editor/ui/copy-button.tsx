import { Check, Copy } from 'lucide-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { toast } from 'sonner';
import type { IconButtonProps } from './button.tsx';
import { IconButton } from './button.tsx';

/** Copies the text and says so. */
export function CopyButton({
  text,
  label,
  ...rest
}: Omit<IconButtonProps, 'label'> & { text: string; label?: string }) {
  const { t } = useTranslation('ui');
  const [isCopied, setIsCopied] = useState(false);
  return (
    <IconButton
      label={isCopied ? t('copied') : (label ?? t('copy'))}
      onClick={async () => {
        setIsCopied(await copyText(text, t('copy.failed')));
      }}
      onBlur={() => setIsCopied(false)}
      onPointerLeave={() => setIsCopied(false)}
      {...rest}
    >
      {isCopied ? <Check aria-hidden /> : <Copy aria-hidden />}
    </IconButton>
  );
}

/** Puts text on the clipboard; tells the person when the browser forbids it. */
export async function copyText(text: string, failure: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    toast.error(failure);
    return false;
  }
}
