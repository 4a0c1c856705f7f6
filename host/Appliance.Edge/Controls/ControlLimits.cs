namespace Appliance.Edge.Controls;

/// <summary>Every bound of control messages, each with its reason.</summary>
internal static class ControlLimits
{
    /// <summary>Largest message that is looked at: one that withdraws the most notices has below 3 KiB.</summary>
    public const int MessageBytesMax = 64 * 1024;

    /// <summary>Messages that may come at once; whoever sends waits seconds for an answer.</summary>
    public const int Burst = 8;

    /// <summary>Then one in this time is looked at: two signatures cost below 1 ms, a flood of them a thread.</summary>
    public const int RefillMs = 2000;

    /// <summary>
    /// Notices that a box remembers as withdrawn: it has one in force, and a new one every few years. One more is
    /// refused, as an alarm.
    /// </summary>
    public const int WithdrawnMax = 256;

    /// <summary>Messages taken that the book remembers, for the manifests and for people.</summary>
    public const int TakenKept = 16;

    /// <summary>Refusals that wait for the next manifest, each an event; what comes beyond is a count.</summary>
    public const int RefusalsWaiting = 16;

    /// <summary>Largest book that is read: ten times what it can have.</summary>
    public const int BookBytesMax = 1 << 20;
}
