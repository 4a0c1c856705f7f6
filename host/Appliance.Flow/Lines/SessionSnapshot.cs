using System.Text;
using Appliance.Wire;

namespace Appliance.Flow.Lines;

/// <summary>
/// The sessions that go on, as bytes for the table that survives a restart. What is read was sealed by the same box;
/// it is checked all the same, and anything odd gives up the whole.
/// </summary>
public static class SessionSnapshot
{
    private const byte Version = 1;

    /// <summary>Writes the table's open sessions.</summary>
    public static byte[] Write(SessionTable table)
    {
        using MemoryStream bytes = new();
        using BinaryWriter to = new(bytes, Encoding.UTF8);
        to.Write(Version);
        to.Write(table.NowNs);
        foreach (LineSession session in table.Open())
        {
            if (session.Source != LineSource.Static)
            {
                to.Write(true);
                Write(to, session);
            }
        }

        to.Write(false);
        to.Flush();
        return bytes.ToArray();
    }

    /// <summary>
    /// Puts the sessions back, each with its record: as open where the restart was short, else ended at the time of the
    /// snapshot, to go on from there as soon as they are heard of. False, with an empty table, where the bytes are no
    /// snapshot or it is too old to say anything.
    /// </summary>
    /// <param name="table">An empty table.</param>
    /// <param name="bytes">What <see cref="Write(SessionTable)"/> made.</param>
    /// <param name="nowNs">Raw time from which messages are heard again.</param>
    public static bool TryRead(SessionTable table, ReadOnlySpan<byte> bytes, long nowNs)
    {
        SnapshotReader from = new(bytes);
        bool isKnown = from.Byte() == Version;
        long savedNs = from.Long();
        List<LineSession> sessions = [];
        while (isKnown && from.Bool())
        {
            sessions.Add(Read(ref from));
            isKnown = !from.IsBad && sessions.Count <= Limits.SessionsMax;
        }

        if (!isKnown || from.IsBad || !from.IsAtEnd)
        {
            return false;
        }

        if (savedNs > nowNs || nowNs - savedNs > Limits.SessionDoubtNs)
        {
            return false;
        }

        table.AdvanceTo(nowNs);
        bool isTrusted = nowNs - savedNs <= Limits.SessionTrustNs;
        sessions.ForEach(session => table.Restore(session, savedNs, isTrusted));
        return true;
    }

    private static void Write(BinaryWriter to, LineSession session)
    {
        to.Write(session.Server);
        to.Write(session.Key);
        to.Write(session.Realm);
        to.Write((byte)session.Source);
        to.Write(session.Reference.Text);
        to.Write(session.Reference.Type);
        to.Write(session.Equipment);
        to.Write(session.Access);
        to.Write(session.StartNs);
        to.Write(session.HeardNs);
        to.Write(session.LeaseEndNs);
        to.Write(session.SilenceNs);
        to.Write(session.AgeSeconds);
        to.Write(session.Octets);
        foreach (Stretch stretch in session.Held)
        {
            if (stretch.EndNs == 0)
            {
                to.Write(true);
                Write(to, stretch.Address.Address);
                to.Write((byte)stretch.Address.Length);
                Write(to, stretch.Range.Public);
                to.Write(stretch.Range.First);
                to.Write(stretch.Range.Last);
                to.Write(stretch.StartNs);
                to.Write(stretch.IsContested);
            }
        }

        to.Write(false);
    }

    private static LineSession Read(ref SnapshotReader from)
    {
        LineSession session = new()
        {
            Server = from.Text(),
            Key = from.Text(),
            Realm = from.Text(),
            Source = (LineSource)from.Byte(),
            Reference = new LineReference(from.Text(), from.Text()),
            Equipment = from.Text(),
            Access = from.Text(),
            StartNs = from.Long(),
            HeardNs = from.Long(),
            LeaseEndNs = from.Long(),
            SilenceNs = from.Long(),
            AgeSeconds = from.UInt(),
            Octets = (ulong)from.Long(),
        };
        while (from.Bool() && session.Held.Count < Limits.SessionStretchesMax)
        {
            IpPrefix address = new(from.Address(), from.Byte());
            PortRange range = new(from.Address(), from.Port(), from.Port());
            session.Held.Add(new Stretch(session, address, range, from.Long()) { IsContested = from.Bool() });
        }

        return session;
    }

    private static void Write(BinaryWriter to, Ip address)
    {
        to.Write(address.High);
        to.Write(address.Low);
    }
}
