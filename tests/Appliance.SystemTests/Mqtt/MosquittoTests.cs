using Appliance.Mqtt;
using Xunit.Abstractions;

namespace Appliance.SystemTests.Mqtt;

/// <summary>The product's own client under the contract of all.</summary>
public sealed class MosquittoTests(ITestOutputHelper report) : BrokerLinkContract(report)
{
    private protected override IBrokerLink Start(Stream stream, MqttOptions options) =>
        MqttLink.Start(stream, options, TimeProvider.System);
}
