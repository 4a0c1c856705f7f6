namespace Appliance.Supervisor.Link;

/// <summary>Every bound of the link, with its reason.</summary>
public static class LinkLimits
{
    /// <summary>The version of the messages that this source speaks.</summary>
    public const int Version = 1;

    /// <summary>Version, kind, session, sequence and reliable number stand before each payload.</summary>
    public const int HeaderBytes = 8;

    /// <summary>What the longest body leaves for a payload.</summary>
    public const int PayloadBytesMax = LinkFrame.BodyBytesMax - HeaderBytes;

    /// <summary>Messages that wait for their acknowledgement: an alarm of each kind at once, and some more.</summary>
    public const int WaitingMax = 24;

    /// <summary>
    /// Bytes that wait for the line: a third of a second at 115,200 bit/s. What does not fit is dropped.
    /// </summary>
    public const int OutputBytesMax = 4096;

    /// <summary>First wait for an acknowledgement: ten times what the longest frame and its answer take.</summary>
    public const int RetryFirstMs = 250;

    /// <summary>Longest wait: a host that starts after minutes hears of the alarm within two seconds.</summary>
    public const int RetryLastMs = 2000;

    /// <summary>
    /// A number out of order that comes this often is taken: the peer means it, and silence helps nobody.
    /// </summary>
    public const int OutOfOrderMax = 3;

    /// <summary>Receiver bytes in one relay message.</summary>
    public const int GnssBytesMax = 230;

    /// <summary>Bytes of an image in one update block; half a page of the chip's image memory.</summary>
    public const int UpdateBlockBytesMax = 128;

    /// <summary>Characters in a line of the front panel.</summary>
    public const int PanelColumns = 16;

    /// <summary>Lines of a page of the front panel.</summary>
    public const int PanelLines = 4;

    /// <summary>Pages that the host can fill.</summary>
    public const int PanelPages = 4;
}
