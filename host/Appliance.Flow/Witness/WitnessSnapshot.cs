using System.Text;
using Appliance.Flow.Lines;
using Appliance.Wire;

namespace Appliance.Flow;

/// <summary>
/// What the logs told, as bytes for the file that survives a restart: each stream of exports with its templates and the
/// number that its next message must have, and the bindings that are there. What is read was sealed by the same box; it
/// is checked all the same, and anything odd gives up the whole.
/// <code>
/// version | saved | realms | streams | sessions and bindings | blocks
/// </code>
/// After a restart a binding speaks with certainty only where its log proves whole: a numbered stream, away for
/// <see cref="Limits.LogResumeNs"/> at most, whose next message has the very number that was expected. All others are
/// rivals of whoever is told to have the tuple since, and name nobody by themselves.
/// </summary>
public static class WitnessSnapshot
{
    private const byte Version = 1;

    /// <summary>Writes all that is there; every event of <paramref name="exports"/> was given to the engine.</summary>
    /// <param name="engine">Its packet thread has ended.</param>
    /// <param name="exports">The decoder that heard the streams; nobody uses it any more.</param>
    /// <param name="nowNs">Raw time.</param>
    public static byte[] Write(FlowEngine engine, ExportDecoder exports, long nowNs)
    {
        using MemoryStream bytes = new();
        using BinaryWriter to = new(bytes, Encoding.UTF8);
        to.Write(Version);
        to.Write(nowNs);
        if (engine.Bindings is { } table)
        {
            WriteRealms(to, table.Realms);
            Dictionary<ushort, ushort> streams = StreamSnapshot.Write(to, exports.Sources, table.Trust, nowNs);
            Write(to, table.Sessions, streams, nowNs);
            Write(to, table.Blocks, streams, nowNs);
        }

        to.Flush();
        return bytes.ToArray();
    }

    /// <summary>
    /// Takes it up; false, with nothing taken, where the bytes are no snapshot, or one too old to say anything.
    /// </summary>
    /// <param name="engine">One that has taken no event yet.</param>
    /// <param name="exports">A decoder that has heard nothing yet.</param>
    /// <param name="bytes">What <see cref="Write(FlowEngine, ExportDecoder, long)"/> made.</param>
    /// <param name="nowNs">Raw time from which the logs are heard again.</param>
    /// <param name="count">Bindings taken up.</param>
    public static bool TryRead(
        FlowEngine engine, ExportDecoder exports, ReadOnlySpan<byte> bytes, long nowNs, out int count)
    {
        count = 0;
        SnapshotReader from = new(bytes);
        bool isKnown = from.Byte() == Version;
        long savedNs = from.Long();
        if (!isKnown || savedNs > nowNs || nowNs - savedNs > Limits.SessionDoubtNs || engine.Bindings is not { } table)
        {
            return false;
        }

        List<string> realms = ReadRealms(ref from);
        List<SavedStream> streams = StreamSnapshot.Read(ref from);
        List<SavedBinding> sessions = ReadBindings(ref from);
        List<SavedBinding> blocks = ReadBindings(ref from);
        if (from.IsBad || !from.IsAtEnd)
        {
            return false;
        }

        bool isShort = nowNs - savedNs <= Limits.LogResumeNs;
        ushort[] numbers = isShort ? StreamSnapshot.Resume(streams, exports.Sources, table.Trust) : [];
        count = Restore(table, table.Sessions, sessions, realms, numbers)
            + Restore(table, table.Blocks, blocks, realms, numbers);
        return true;
    }

    private static int Restore(
        BindingTable table, BindingRing ring, List<SavedBinding> saved, List<string> realms, ushort[] numbers)
    {
        int count = 0;
        foreach (SavedBinding one in saved)
        {
            Binding item = one.Binding;
            int realm = item.Realm < realms.Count ? table.Realms.NumberOf(realms[item.Realm]) : -1;
            if (realm < 0)
            {
                continue;
            }

            item.Realm = (ushort)realm;
            item.Source = one.Stream > 0 && one.Stream <= numbers.Length ? numbers[one.Stream - 1] : (ushort)0;
            item.IsDoubtful |= item.Source == 0;
            item.IsRestored = true;
            ring.Add(item);
            count++;
        }

        return count;
    }

    private static void WriteRealms(BinaryWriter to, RealmBook realms)
    {
        to.Write((ushort)realms.Names.Count);
        foreach (string name in realms.Names)
        {
            to.Write(name);
        }
    }

    private static List<string> ReadRealms(ref SnapshotReader from)
    {
        List<string> names = [];
        for (int left = from.Port(); left > 0 && !from.IsBad; left--)
        {
            names.Add(from.Text());
        }

        return names;
    }

    private static void Write(BinaryWriter to, BindingRing ring, Dictionary<ushort, ushort> streams, long nowNs)
    {
        for (int i = 0; i < ring.Count; i++)
        {
            ref readonly Binding item = ref ring[ring.NumberOf(i)];
            bool isThere = item.IsOpen || item.EndHi > nowNs - Limits.LogResumeNs;
            if (isThere && !item.IsStamped)
            {
                to.Write(true);
                bool isNumbered = item.Witness == Witnesses.Nel && !item.IsRestored;
                to.Write(isNumbered ? streams.GetValueOrDefault(item.Source) : (ushort)0);
                Write(to, item);
            }
        }

        to.Write(false);
    }

    private static void Write(BinaryWriter to, in Binding item)
    {
        foreach (Ip address in (ReadOnlySpan<Ip>)[item.Inside, item.Public, item.PublicRemote])
        {
            to.Write(address.High);
            to.Write(address.Low);
        }

        to.Write(item.InsidePort);
        to.Write(item.PublicPort);
        to.Write(item.PublicPortLast);
        to.Write(item.RemotePort);
        to.Write(item.Realm);
        to.Write(item.Protocol);
        to.Write((byte)item.Witness);
        to.Write((byte)item.Course);
        to.Write(item.IsDoubtful);
        to.Write(item.FromLo);
        to.Write(item.FromHi);
        to.Write(item.EndLo);
        to.Write(item.EndHi);
    }

    private static List<SavedBinding> ReadBindings(ref SnapshotReader from)
    {
        List<SavedBinding> found = [];
        while (from.Bool() && found.Count < Limits.BindingsMax)
        {
            ushort stream = from.Port();
            found.Add(new SavedBinding(stream, ReadBinding(ref from)));
        }

        return found;
    }

    private static Binding ReadBinding(ref SnapshotReader from) => new()
    {
        Inside = from.Address(),
        Public = from.Address(),
        PublicRemote = from.Address(),
        InsidePort = from.Port(),
        PublicPort = from.Port(),
        PublicPortLast = from.Port(),
        RemotePort = from.Port(),
        Realm = from.Port(),
        Protocol = from.Byte(),
        Witness = (Witnesses)from.Byte(),
        Course = (LogCourse)from.Byte(),
        IsDoubtful = from.Bool(),
        FromLo = from.Long(),
        FromHi = from.Long(),
        EndLo = from.Long(),
        EndHi = from.Long(),
    };

    /// <param name="Stream">Place of its stream in the snapshot, from 1; 0 where it has none that can go on.</param>
    /// <param name="Binding">Its realm by the snapshot's own list.</param>
    private readonly record struct SavedBinding(ushort Stream, Binding Binding);
}
