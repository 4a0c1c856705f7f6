using Appliance.Wire;

namespace Appliance.Retention.Archive;

/// <summary>The causes of manifest gaps in words.</summary>
internal static class GapWords
{
    public static string Of(GapCause cause) => cause switch
    {
        GapCause.Restart => "restart",
        GapCause.RingFull => "ring full",
        GapCause.KernelDrop => "kernel drop",
        GapCause.FlashFull => "flash full",
        GapCause.LegDown => "leg down",
        GapCause.Overload => "overload",
        _ => $"cause {(int)cause}",
    };
}
