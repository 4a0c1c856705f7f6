using Appliance.Edge.Configuration;

namespace Appliance.Edge.Controls;

/// <summary>
/// The configuration of a box that may record nothing: no port is listened to, nobody tells it of sessions or bindings,
/// and what it had kept of them is gone. Clock, board, uplink, chain and the forgetting of what is on flash go on.
/// </summary>
internal static class NothingRecorded
{
    /// <summary>The options without anything that brings in customers' data.</summary>
    public static ApplianceOptions Of(ApplianceOptions options)
    {
        // A crash may have left them.
        foreach (string table in (string[])[options.Sessions.Table, options.NatLog.Table])
        {
            if (File.Exists(table))
            {
                File.Delete(table);
            }
        }

        return options with
        {
            Legs = [],
            Sessions = new SessionOptions(),
            NatLog = new NatLogOptions(),
            Capture = options.Capture with { RecordTo = null },
        };
    }
}
