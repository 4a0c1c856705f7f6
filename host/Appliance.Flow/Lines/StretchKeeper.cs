using Appliance.Wire;

namespace Appliance.Flow.Lines;

/// <summary>What sessions hold, stretch by stretch, and the records that come of it.</summary>
internal sealed class StretchKeeper(LineOptions options, LineTally tally)
{
    private const long SecondNs = 1_000_000_000;
    private readonly AddressBook book = new();

    /// <summary>Records that are ready; when nobody takes them for long, further ones are refused.</summary>
    public Queue<LineRecord> Ready { get; } = new();

    public int Addresses => book.Count;

    /// <summary>Raw time of the table.</summary>
    public long NowNs { get; set; }

    /// <summary>Its end was only presumed: it goes on from there.</summary>
    public void Revive(LineSession session)
    {
        foreach (Stretch ended in session.Held.ToArray())
        {
            if (ended.EndNs == session.EndNs && !ended.IsReplaced)
            {
                Add(session, new Stretch(session, ended.Address, ended.Range, ended.EndNs));
            }
        }

        session.EndNs = 0;
    }

    /// <summary>What a message says is held, from a time on; the session goes on at another.</summary>
    public void Hold(LineSession session, LineEvent happened, long from, long at)
    {
        LineReference named = LineReference.Of(happened, options.Naming);
        bool isLine = !happened.IsOfNat && (happened.Ranges.Count == 0 || named.IsNamed);
        if (named.IsNamed && !session.Reference.IsNamed)
        {
            Rename(session, named, at);
        }

        foreach (IpPrefix address in happened.Addresses)
        {
            if (isLine)
            {
                EndOthers(session, happened, address, at);
                Hold(session, address, default, from, at);
            }
        }

        foreach (PortRange range in happened.Ranges)
        {
            if (happened.Addresses.Count == 0)
            {
                tally.Empty++;
            }
            else if (happened.IsRelease)
            {
                EndRange(session, range, at);
            }
            else
            {
                Hold(session, happened.Addresses[0], range, from, at);
            }
        }
    }

    /// <summary>Forgets a session and everything that it held.</summary>
    public void Forget(LineSession session) => session.Held.ForEach(book.Remove);

    /// <summary>Enters a stretch in the book; makes its record, and that of the one which it ended.</summary>
    public void Enter(Stretch stretch)
    {
        if (book.Enter(stretch) is { } ended)
        {
            tally.Replaced++;
            Record(ended);
        }

        Record(stretch);
    }

    private void Hold(LineSession session, IpPrefix address, PortRange range, long from, long at)
    {
        Stretch? last = null;
        foreach (Stretch stretch in session.Held)
        {
            bool isSame = stretch.Address == address && stretch.Range == range;
            last = isSame && (last is null || stretch.StartNs >= last.StartNs) ? stretch : last;
        }

        if (last is not null && from < last.StartNs - SecondNs)
        {
            Add(session, new Stretch(session, address, range, from) { EndNs = last.StartNs });
            return;
        }

        last ??= Add(session, new Stretch(session, address, range, from));
        if (last is null || last.EndNs == 0)
        {
            return;
        }

        if (last.IsReplaced && at > last.EndNs + Limits.SessionOverlapNs)
        {
            tally.Conflicts++;
            Add(session, new Stretch(session, address, range, last.EndNs) { IsContested = true });
        }
        else if (!last.IsReplaced && at > last.EndNs)
        {
            Add(session, new Stretch(session, address, range, at));
        }
    }

    private Stretch? Add(LineSession session, Stretch stretch)
    {
        if (session.Held.Count >= Limits.SessionStretchesMax)
        {
            int ended = session.Held.FindIndex(held => held.EndNs != 0);
            if (ended < 0)
            {
                tally.Refused++;
                return null;
            }

            book.Remove(session.Held[ended]);
            session.Held.RemoveAt(ended);
        }

        session.Held.Add(stretch);
        Enter(stretch);
        return stretch;
    }

    /// <summary>A session has one IPv4 address: another takes its place, unless the message has both.</summary>
    private void EndOthers(LineSession session, LineEvent happened, IpPrefix address, long at)
    {
        if (!address.Address.IsV4 || address.Length != 32)
        {
            return;
        }

        foreach (Stretch stretch in session.Held)
        {
            bool isOther = !stretch.IsBlock && stretch.Address.Address.IsV4 && stretch.Address.Length == 32
                && !happened.Addresses.Contains(stretch.Address);
            if (isOther && stretch.EndNs == 0 && at > stretch.StartNs)
            {
                End(stretch, at);
            }
        }
    }

    private void EndRange(LineSession session, PortRange range, long at)
    {
        foreach (Stretch stretch in session.Held)
        {
            if (stretch.Range == range && stretch.EndNs == 0)
            {
                End(stretch, at);
            }
        }
    }

    /// <summary>A message names the line at last: from now on what it holds has that name.</summary>
    private void Rename(LineSession session, LineReference named, long at)
    {
        session.Reference = named;
        foreach (Stretch stretch in session.Held.ToArray())
        {
            if (stretch.EndNs == 0)
            {
                End(stretch, at);
                Add(session, new Stretch(session, stretch.Address, stretch.Range, stretch.EndNs));
            }
        }
    }

    /// <summary>Ends a session and what it still holds; only its own stop is final.</summary>
    public void End(LineSession session, long at, bool isFinal)
    {
        session.EndNs = Math.Max(at, session.StartNs);
        session.IsFinal = isFinal;
        foreach (Stretch stretch in session.Held)
        {
            End(stretch, at);
        }
    }

    /// <summary>Ends a stretch, or ends it earlier than it was thought to.</summary>
    private void End(Stretch stretch, long at)
    {
        long end = Math.Max(at, stretch.StartNs);
        if (stretch.EndNs == 0 || end < stretch.EndNs)
        {
            stretch.EndNs = end;
            Record(stretch);
        }
    }

    /// <summary>Makes a record of a stretch as it stands.</summary>
    public void Record(Stretch stretch)
    {
        if (Ready.Count >= Limits.LineRecordsMax)
        {
            tally.Refused++;
            return;
        }

        LineSession session = stretch.Session;
        Ready.Enqueue(new LineRecord
        {
            IsBlock = stretch.IsBlock,
            StartNs = stretch.StartNs,
            EndNs = stretch.EndNs,
            IsFirst = stretch.WrittenNs == long.MinValue,
            Realm = session.Realm,
            Source = NameOf(session.Source),
            Address = stretch.Address,
            Range = stretch.Range,
            Reference = stretch.Reference,
            Equipment = session.Equipment,
            Access = session.Access,
        });
        stretch.WrittenNs = NowNs;
        tally.Records++;
    }

    private static string NameOf(LineSource source) => source switch
    {
        LineSource.Radius => "radius",
        LineSource.RadiusUnchecked => "radius-unchecked",
        LineSource.Dhcp => "dhcp",
        _ => "static",
    };
}
