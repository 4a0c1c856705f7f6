using Appliance.Flow.Lines;
using Appliance.Wire;

namespace Appliance.Edge.Pipeline;

/// <summary>
/// Writes what the session table has finished into the open batch. Sessions have no bound of their own: their messages
/// are heard after the fact, and readers allow for it.
/// </summary>
internal sealed class LineRows(Policy policy)
{
    /// <summary>Adds one session or block, where the notice allows it.</summary>
    /// <param name="laterUs">What true time is later than the line along which sessions are counted.</param>
    public void Add(LineRecord record, RowBatch rows, long laterUs)
    {
        if (!policy.TryAdmit(record.Address, record.Range.Public))
        {
            return;
        }

        StringPool strings = rows.Strings;
        if (record.IsBlock)
        {
            rows.Blocks.Add(new BlockRow
            {
                Realm = strings.Add(record.Realm),
                InsideAddress = record.Address.Address,
                PublicAddress = record.Range.Public,
                PortFirst = record.Range.First,
                PortLast = record.Range.Last,
                Start = TimeOf(record.StartNs, laterUs),
                End = TimeOf(record.EndNs, laterUs),
                Source = strings.Add(record.Source),
            });
            return;
        }

        rows.Sessions.Add(new SessionRow
        {
            Subscriber = strings.Add(record.Reference.Text),
            SubscriberType = strings.Add(record.Reference.Type),
            Realm = strings.Add(record.Realm),
            Address = record.Address.Address,
            PrefixLength = (byte)record.Address.Length,
            Start = TimeOf(record.StartNs, laterUs),
            End = TimeOf(record.EndNs, laterUs),
            Source = strings.Add(record.Source),
            Equipment = strings.Add(record.Equipment),
            Access = strings.Add(record.Access),
        });
    }

    // Not by the clock's map: that one speaks for the stamps of the batch, and a session may have begun days ago.
    private static TaiTime TimeOf(long ns, long laterUs) => ns == 0
        ? default
        : new TaiTime(LeapSeconds.ToTai(Math.DivRem(ns, 1000).Quotient).Microseconds + laterUs);
}
