namespace Appliance.Supervisor.Link;

/// <summary>A page of the front panel: up to four lines of 16 printable ASCII characters. Drawn in LINK.md.</summary>
public sealed class PanelTextMessage
{
    /// <summary>Page, 0 to 3.</summary>
    public int Page;

    /// <summary>Lines, top first; null or empty is blank.</summary>
    public string[] Lines = new string[LinkLimits.PanelLines];

    /// <summary>Writes the payload; returns its length. Longer lines are cut, other characters become '?'.</summary>
    public int Write(byte[] payload)
    {
        payload[0] = (byte)Page;
        int at = 1;
        for (int line = 0; line < LinkLimits.PanelLines; line++)
        {
            string text = Lines[line];
            for (int i = 0; i < LinkLimits.PanelColumns; i++)
            {
                char letter = text != null && i < text.Length ? text[i] : ' ';
                payload[at] = IsPrintable(letter) ? (byte)letter : (byte)'?';
                at++;
            }
        }

        return at;
    }

    /// <summary>Reads a payload; false where its length, page or a character is wrong.</summary>
    public bool Read(byte[] payload, int length)
    {
        if (length != 1 + (LinkLimits.PanelLines * LinkLimits.PanelColumns) || payload[0] >= LinkLimits.PanelPages)
        {
            return false;
        }

        char[] letters = new char[LinkLimits.PanelColumns];
        for (int i = 1; i < length; i++)
        {
            if (!IsPrintable((char)payload[i]))
            {
                return false;
            }
        }

        Page = payload[0];
        for (int line = 0; line < LinkLimits.PanelLines; line++)
        {
            for (int i = 0; i < LinkLimits.PanelColumns; i++)
            {
                letters[i] = (char)payload[1 + (line * LinkLimits.PanelColumns) + i];
            }

            Lines[line] = new string(letters);
        }

        return true;
    }

    private static bool IsPrintable(char letter) => letter >= ' ' && letter <= '~';
}
