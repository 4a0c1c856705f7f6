using Appliance.Wire;
using Xunit;

namespace Appliance.Tests.Wire.Rows;

/// <summary>Compares batches whose pools may number the same strings differently.</summary>
internal static class RowAssert
{
    public static void Equal(RowBatch expected, RowBatch actual)
    {
        Assert.Equal(expected.Count, actual.Count);
        for (int i = 0; i < expected.Flows.Count; i++)
        {
            Assert.Equal(Renumber(expected.Flows[i], expected, actual), actual.Flows[i]);
        }

        for (int i = 0; i < expected.Sessions.Count; i++)
        {
            Assert.Equal(Renumber(expected.Sessions[i], expected, actual), actual.Sessions[i]);
        }

        for (int i = 0; i < expected.Blocks.Count; i++)
        {
            Assert.Equal(Renumber(expected.Blocks[i], expected, actual), actual.Blocks[i]);
        }

        for (int i = 0; i < expected.Gaps.Count; i++)
        {
            Assert.Equal(Renumber(expected.Gaps[i], expected, actual), actual.Gaps[i]);
        }
    }

    private static FlowRow Renumber(FlowRow row, RowBatch from, RowBatch to) => row with
    {
        Realm = Move(row.Realm, from, to),
        Subscriber = Move(row.Subscriber, from, to),
        Service = Move(row.Service, from, to),
        Leg = Move(row.Leg, from, to),
        Route = Move(row.Route, from, to),
    };

    private static SessionRow Renumber(SessionRow row, RowBatch from, RowBatch to) => row with
    {
        Subscriber = Move(row.Subscriber, from, to),
        SubscriberType = Move(row.SubscriberType, from, to),
        Realm = Move(row.Realm, from, to),
        Source = Move(row.Source, from, to),
        Equipment = Move(row.Equipment, from, to),
        Access = Move(row.Access, from, to),
    };

    private static BlockRow Renumber(BlockRow row, RowBatch from, RowBatch to) => row with
    {
        Realm = Move(row.Realm, from, to),
        Source = Move(row.Source, from, to),
    };

    private static GapRow Renumber(GapRow row, RowBatch from, RowBatch to) => row with
    {
        Leg = Move(row.Leg, from, to),
        Cause = Move(row.Cause, from, to),
    };

    private static int Move(int number, RowBatch from, RowBatch to) => to.Strings.Add(from.Strings[number]);
}
