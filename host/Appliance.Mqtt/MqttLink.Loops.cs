namespace Appliance.Mqtt;

/// <summary>
/// The loops of <see cref="MqttLink"/>: one reads, one writes, a timer lets time pass; the session decides.
/// </summary>
public sealed partial class MqttLink
{
    private static bool IsTransportFailure(Exception failure) =>
        failure is IOException or ObjectDisposedException or OperationCanceledException;

    private async Task RunAsync()
    {
        await Task.Yield();
        try
        {
            lock (gate)
            {
                Step();
                if (end is null)
                {
                    ArmTimer();
                }
            }

            // After a goodbye the reading goes on, unheard, until the broker closes: closing with unread bytes would
            // reset the connection, and the broker could lose the goodbye and publish the will.
            await Task.WhenAll(WriteLoopAsync(), ReadLoopAsync());
            await stream.DisposeAsync();
            await timer.DisposeAsync();
            lock (gate)
            {
                Step();
                closed.TrySetResult(end!);
            }
        }
        catch (Exception failure)
        {
            // A broken invariant: nobody may wait for ever for what will not come.
            connected.TrySetException(failure);
            closed.TrySetException(failure);
            throw;
        }
    }

    private async Task ReadLoopAsync()
    {
        byte[] buffer = new byte[Limits.ReadBytes];
        string? failure = "the broker closed the stream";
        try
        {
            while (await stream.ReadAsync(buffer, ended.Token) is int count and > 0)
            {
                lock (gate)
                {
                    session.Receive(buffer.AsSpan(0, count), NowMs);
                    Step();
                }
            }
        }
        catch (Exception e) when (IsTransportFailure(e))
        {
            failure = e.Message;
        }
        finally
        {
            // After a broken invariant too: the other loop and all who wait must hear of the end.
            EndTransport(failure);
        }
    }

    private async Task WriteLoopAsync()
    {
        byte[] gathered = new byte[Limits.GatherBytes];
        try
        {
            while (true)
            {
                int count = Gather(gathered, out OutputPacket large, out bool isOver);
                if (count > 0)
                {
                    await stream.WriteAsync(gathered.AsMemory(0, count), ended.Token);
                }

                if (large.Length > 0)
                {
                    await stream.WriteAsync(large.Header, ended.Token);
                    await stream.WriteAsync(large.Payload, ended.Token);
                }
                else if (count == 0 && isOver)
                {
                    await stream.FlushAsync(ended.Token);
                    return;
                }
                else if (count == 0)
                {
                    await work.WaitAsync(ended.Token);
                }
            }
        }
        catch (Exception e)
        {
            EndTransport(e.Message);
            if (!IsTransportFailure(e))
            {
                throw;
            }
        }
    }

    /// <summary>
    /// Copies small packets into one buffer, up to one that does not fit: that is written from where it lies.
    /// </summary>
    private int Gather(byte[] gathered, out OutputPacket large, out bool isOver)
    {
        int count = 0;
        large = default;
        lock (gate)
        {
            isOver = session.IsClosed;
            while (session.TryTakeOutput(out OutputPacket packet))
            {
                if (packet.Length > gathered.Length - count)
                {
                    large = packet;
                    break;
                }

                packet.Header.CopyTo(gathered.AsMemory(count));
                packet.Payload.CopyTo(gathered.AsMemory(count + packet.Header.Length));
                count += (int)packet.Length;
            }
        }

        return count;
    }

    private void EndTransport(string? text)
    {
        lock (gate)
        {
            session.TransportEnded(text);
            Step();
        }

        // One loop has ended: the other must not wait on a stream that is dead.
        ended.Cancel();
    }

    private void OnTimer()
    {
        bool isOver;
        lock (gate)
        {
            session.Tick(NowMs);
            isOver = end is not null;
            Step();
            if (!isOver && end is null)
            {
                ArmTimer();
            }
        }

        if (isOver)
        {
            ended.Cancel();
        }
    }

    private void ArmTimer()
    {
        // The answer to CONNECT and the end can come in one read: then nothing is left to wait for.
        if (!session.IsClosed)
        {
            timer.Change(
                TimeSpan.FromMilliseconds(Math.Max(1, session.NextTickMs - NowMs)), Timeout.InfiniteTimeSpan);
        }
    }

    /// <summary>After anything was done to the session: hands out its events and wakes the writer.</summary>
    private void Step()
    {
        while (session.TryTakeEvent(out MqttEvent? next))
        {
            Handle(next);
        }

        if (work.CurrentCount == 0)
        {
            work.Release();
        }
    }

    private void Handle(MqttEvent next)
    {
        switch (next)
        {
            case MqttEvent.Connected opened:
                connected.TrySetResult(opened.Server);
                room.Release(opened.Server.Window);
                ArmTimer();
                break;
            case MqttEvent.PublishEnded published:
                // An outcome at once comes before the caller has its task: SendAsync adds the source first.
                if (publishes.Remove(published.Ticket, out TaskCompletionSource<PublishOutcome>? publish))
                {
                    publish.TrySetResult(published.Outcome);
                    room.Release();
                }

                break;
            case MqttEvent.RequestEnded answered:
                if (requests.Remove(answered.Ticket, out TaskCompletionSource<RequestOutcome>? request))
                {
                    request.TrySetResult(answered.Outcome);
                }

                break;
            case MqttEvent.Received received:
                TakeMessage(received.Inbound);
                break;
            case MqttEvent.Closed over:
                end = over.End;
                connected.TrySetResult(null);
                messages.Writer.TryComplete();
                room.Release();
                bool hasGoodbye = end.Cause is CloseCause.Local or CloseCause.BadPacket;
                timer.Change(TimeSpan.FromMilliseconds(hasGoodbye ? Limits.CloseFlushMs : 0), Timeout.InfiniteTimeSpan);
                break;
        }
    }

    private void TakeMessage(InboundMessage inbound)
    {
        bool isDropped = inbound.PacketId == 0 && messages.Reader.Count >= Limits.QosZeroWaitingMax;
        if (isDropped || !messages.Writer.TryWrite(inbound))
        {
            session.Counters.QosZeroDropped++;
        }
    }
}
