using System.Globalization;
using Appliance.Edge.Controls;

namespace Appliance.Icrctl;

/// <summary>Control messages in the words of <c>icrctl status</c>.</summary>
internal static class ControlText
{
    /// <summary>Lines after the others; none for a box that takes no message and was sent none.</summary>
    public static string Of(ControlStatus? control)
    {
        if (control is null or { HasKeys: false, LastNumber: 0, Refused: 0, State: "recording" })
        {
            return "";
        }

        string repeated = control.Repeated == 0 ? "" : Words($", {control.Repeated} repeated");
        string refused = control.Refused == 0 ? "" : "\n          refused: " + string.Join(
            ", ", control.RefusedBy.Select(pair => Words($"{pair.Value:N0} {pair.Key}")));
        string keys = control.HasKeys ? "" : "; no keys are pinned, so none is taken";
        return Words($"\ncontrol   {control.State}; last taken {control.LastTaken ?? "none"}{keys}")
            + Words($"\n          since the start {control.Taken} taken{repeated}, {control.Refused} refused{refused}");
    }

    private static string Words(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
