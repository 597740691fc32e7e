/**
 * Made by scripts/snmp-names.ts; not edited by hand. An object identifier, its name, labels of its values: facts from MIB
 * modules of the IETF, of IEEE 802.1AB and of vendors, which the script names with their sources. No text of them is here.
 */
export const namesData = `
1.0.8802.1.1.2.0.0.1 lldpRemTablesChange
1.0.8802.1.1.2.1.2.2 lldpStatsRemTablesInserts
1.0.8802.1.1.2.1.2.3 lldpStatsRemTablesDeletes
1.0.8802.1.1.2.1.2.4 lldpStatsRemTablesDrops
1.0.8802.1.1.2.1.2.5 lldpStatsRemTablesAgeouts
1.3.6.1.2.1.1.1 sysDescr
1.3.6.1.2.1.1.2 sysObjectID
1.3.6.1.2.1.1.3 sysUpTime
1.3.6.1.2.1.1.4 sysContact
1.3.6.1.2.1.1.5 sysName
1.3.6.1.2.1.1.6 sysLocation
1.3.6.1.2.1.1.7 sysServices
1.3.6.1.2.1.1.8 sysORLastChange
1.3.6.1.2.1.1.9.1.1 sysORIndex
1.3.6.1.2.1.1.9.1.2 sysORID
1.3.6.1.2.1.1.9.1.3 sysORDescr
1.3.6.1.2.1.1.9.1.4 sysORUpTime
1.3.6.1.2.1.2.1 ifNumber
1.3.6.1.2.1.2.2.1.1 ifIndex
1.3.6.1.2.1.2.2.1.2 ifDescr
1.3.6.1.2.1.2.2.1.3 ifType
1.3.6.1.2.1.2.2.1.4 ifMtu
1.3.6.1.2.1.2.2.1.5 ifSpeed
1.3.6.1.2.1.2.2.1.6 ifPhysAddress
1.3.6.1.2.1.2.2.1.7 ifAdminStatus 1=up,2=down,3=testing
1.3.6.1.2.1.2.2.1.8 ifOperStatus 1=up,2=down,3=testing,4=unknown,5=dormant,6=notPresent,7=lowerLayerDown
1.3.6.1.2.1.2.2.1.9 ifLastChange
1.3.6.1.2.1.2.2.1.10 ifInOctets
1.3.6.1.2.1.2.2.1.11 ifInUcastPkts
1.3.6.1.2.1.2.2.1.12 ifInNUcastPkts
1.3.6.1.2.1.2.2.1.13 ifInDiscards
1.3.6.1.2.1.2.2.1.14 ifInErrors
1.3.6.1.2.1.2.2.1.15 ifInUnknownProtos
1.3.6.1.2.1.2.2.1.16 ifOutOctets
1.3.6.1.2.1.2.2.1.17 ifOutUcastPkts
1.3.6.1.2.1.2.2.1.18 ifOutNUcastPkts
1.3.6.1.2.1.2.2.1.19 ifOutDiscards
1.3.6.1.2.1.2.2.1.20 ifOutErrors
1.3.6.1.2.1.2.2.1.21 ifOutQLen
1.3.6.1.2.1.2.2.1.22 ifSpecific
1.3.6.1.2.1.11.1 snmpInPkts
1.3.6.1.2.1.11.2 snmpOutPkts
1.3.6.1.2.1.11.3 snmpInBadVersions
1.3.6.1.2.1.11.4 snmpInBadCommunityNames
1.3.6.1.2.1.11.5 snmpInBadCommunityUses
1.3.6.1.2.1.11.6 snmpInASNParseErrs
1.3.6.1.2.1.11.8 snmpInTooBigs
1.3.6.1.2.1.11.9 snmpInNoSuchNames
1.3.6.1.2.1.11.10 snmpInBadValues
1.3.6.1.2.1.11.11 snmpInReadOnlys
1.3.6.1.2.1.11.12 snmpInGenErrs
1.3.6.1.2.1.11.13 snmpInTotalReqVars
1.3.6.1.2.1.11.14 snmpInTotalSetVars
1.3.6.1.2.1.11.15 snmpInGetRequests
1.3.6.1.2.1.11.16 snmpInGetNexts
1.3.6.1.2.1.11.17 snmpInSetRequests
1.3.6.1.2.1.11.18 snmpInGetResponses
1.3.6.1.2.1.11.19 snmpInTraps
1.3.6.1.2.1.11.20 snmpOutTooBigs
1.3.6.1.2.1.11.21 snmpOutNoSuchNames
1.3.6.1.2.1.11.22 snmpOutBadValues
1.3.6.1.2.1.11.24 snmpOutGenErrs
1.3.6.1.2.1.11.25 snmpOutGetRequests
1.3.6.1.2.1.11.26 snmpOutGetNexts
1.3.6.1.2.1.11.27 snmpOutSetRequests
1.3.6.1.2.1.11.28 snmpOutGetResponses
1.3.6.1.2.1.11.29 snmpOutTraps
1.3.6.1.2.1.11.30 snmpEnableAuthenTraps 1=enabled,2=disabled
1.3.6.1.2.1.11.31 snmpSilentDrops
1.3.6.1.2.1.11.32 snmpProxyDrops
1.3.6.1.2.1.14.1.1 ospfRouterId
1.3.6.1.2.1.14.1.11 ospfExtLsdbLimit
1.3.6.1.2.1.14.1.19 ospfRestartInterval
1.3.6.1.2.1.14.1.21 ospfRestartStatus 1=notRestarting,2=plannedRestart,3=unplannedRestart
1.3.6.1.2.1.14.1.23 ospfRestartExitReason 1=none,2=inProgress,3=completed,4=timedOut,5=topologyChanged
1.3.6.1.2.1.14.2.1.1 ospfAreaId
1.3.6.1.2.1.14.2.1.12 ospfAreaNssaTranslatorState 1=enabled,2=elected,3=disabled
1.3.6.1.2.1.14.4.1.1 ospfLsdbAreaId
1.3.6.1.2.1.14.4.1.2 ospfLsdbType 1=routerLink,2=networkLink,3=summaryLink,4=asSummaryLink,5=asExternalLink,6=multicastLink,7=nssaExternalLink,10=areaOpaqueLink
1.3.6.1.2.1.14.4.1.3 ospfLsdbLsid
1.3.6.1.2.1.14.4.1.4 ospfLsdbRouterId
1.3.6.1.2.1.14.7.1.1 ospfIfIpAddress
1.3.6.1.2.1.14.7.1.2 ospfAddressLessIf
1.3.6.1.2.1.14.7.1.12 ospfIfState 1=down,2=loopback,3=waiting,4=pointToPoint,5=designatedRouter,6=backupDesignatedRouter,7=otherDesignatedRouter
1.3.6.1.2.1.14.9.1.1 ospfVirtIfAreaId
1.3.6.1.2.1.14.9.1.2 ospfVirtIfNeighbor
1.3.6.1.2.1.14.9.1.7 ospfVirtIfState 1=down,4=pointToPoint
1.3.6.1.2.1.14.10.1.1 ospfNbrIpAddr
1.3.6.1.2.1.14.10.1.2 ospfNbrAddressLessIndex
1.3.6.1.2.1.14.10.1.3 ospfNbrRtrId
1.3.6.1.2.1.14.10.1.6 ospfNbrState 1=down,2=attempt,3=init,4=twoWay,5=exchangeStart,6=exchange,7=loading,8=full
1.3.6.1.2.1.14.10.1.12 ospfNbrRestartHelperStatus 1=notHelping,2=helping
1.3.6.1.2.1.14.10.1.13 ospfNbrRestartHelperAge
1.3.6.1.2.1.14.10.1.14 ospfNbrRestartHelperExitReason 1=none,2=inProgress,3=completed,4=timedOut,5=topologyChanged
1.3.6.1.2.1.14.11.1.1 ospfVirtNbrArea
1.3.6.1.2.1.14.11.1.2 ospfVirtNbrRtrId
1.3.6.1.2.1.14.11.1.5 ospfVirtNbrState 1=down,2=attempt,3=init,4=twoWay,5=exchangeStart,6=exchange,7=loading,8=full
1.3.6.1.2.1.14.11.1.9 ospfVirtNbrRestartHelperStatus 1=notHelping,2=helping
1.3.6.1.2.1.14.11.1.10 ospfVirtNbrRestartHelperAge
1.3.6.1.2.1.14.11.1.11 ospfVirtNbrRestartHelperExitReason 1=none,2=inProgress,3=completed,4=timedOut,5=topologyChanged
1.3.6.1.2.1.14.16.1.2 ospfConfigErrorType 1=badVersion,2=areaMismatch,3=unknownNbmaNbr,4=unknownVirtualNbr,5=authTypeMismatch,6=authFailure,7=netMaskMismatch,8=helloIntervalMismatch,9=deadIntervalMismatch,10=optionMismatch,11=mtuMismatch,12=duplicateRouterId,13=noError
1.3.6.1.2.1.14.16.1.3 ospfPacketType 1=hello,2=dbDescript,3=lsReq,4=lsUpdate,5=lsAck,6=nullPacket
1.3.6.1.2.1.14.16.1.4 ospfPacketSrc
1.3.6.1.2.1.14.16.2.1 ospfVirtIfStateChange
1.3.6.1.2.1.14.16.2.2 ospfNbrStateChange
1.3.6.1.2.1.14.16.2.3 ospfVirtNbrStateChange
1.3.6.1.2.1.14.16.2.4 ospfIfConfigError
1.3.6.1.2.1.14.16.2.5 ospfVirtIfConfigError
1.3.6.1.2.1.14.16.2.6 ospfIfAuthFailure
1.3.6.1.2.1.14.16.2.7 ospfVirtIfAuthFailure
1.3.6.1.2.1.14.16.2.8 ospfIfRxBadPacket
1.3.6.1.2.1.14.16.2.9 ospfVirtIfRxBadPacket
1.3.6.1.2.1.14.16.2.10 ospfTxRetransmit
1.3.6.1.2.1.14.16.2.11 ospfVirtIfTxRetransmit
1.3.6.1.2.1.14.16.2.12 ospfOriginateLsa
1.3.6.1.2.1.14.16.2.13 ospfMaxAgeLsa
1.3.6.1.2.1.14.16.2.14 ospfLsdbOverflow
1.3.6.1.2.1.14.16.2.15 ospfLsdbApproachingOverflow
1.3.6.1.2.1.14.16.2.16 ospfIfStateChange
1.3.6.1.2.1.14.16.2.17 ospfNssaTranslatorStatusChange
1.3.6.1.2.1.14.16.2.18 ospfRestartStatusChange
1.3.6.1.2.1.14.16.2.19 ospfNbrRestartHelperStatusChange
1.3.6.1.2.1.14.16.2.20 ospfVirtNbrRestartHelperStatusChange
1.3.6.1.2.1.15.0.1 bgpEstablishedNotification
1.3.6.1.2.1.15.0.2 bgpBackwardTransNotification
1.3.6.1.2.1.15.1 bgpVersion
1.3.6.1.2.1.15.2 bgpLocalAs
1.3.6.1.2.1.15.3.1.1 bgpPeerIdentifier
1.3.6.1.2.1.15.3.1.2 bgpPeerState 1=idle,2=connect,3=active,4=opensent,5=openconfirm,6=established
1.3.6.1.2.1.15.3.1.3 bgpPeerAdminStatus 1=stop,2=start
1.3.6.1.2.1.15.3.1.4 bgpPeerNegotiatedVersion
1.3.6.1.2.1.15.3.1.5 bgpPeerLocalAddr
1.3.6.1.2.1.15.3.1.6 bgpPeerLocalPort
1.3.6.1.2.1.15.3.1.7 bgpPeerRemoteAddr
1.3.6.1.2.1.15.3.1.8 bgpPeerRemotePort
1.3.6.1.2.1.15.3.1.9 bgpPeerRemoteAs
1.3.6.1.2.1.15.3.1.10 bgpPeerInUpdates
1.3.6.1.2.1.15.3.1.11 bgpPeerOutUpdates
1.3.6.1.2.1.15.3.1.12 bgpPeerInTotalMessages
1.3.6.1.2.1.15.3.1.13 bgpPeerOutTotalMessages
1.3.6.1.2.1.15.3.1.14 bgpPeerLastError
1.3.6.1.2.1.15.3.1.15 bgpPeerFsmEstablishedTransitions
1.3.6.1.2.1.15.3.1.16 bgpPeerFsmEstablishedTime
1.3.6.1.2.1.15.3.1.17 bgpPeerConnectRetryInterval
1.3.6.1.2.1.15.3.1.18 bgpPeerHoldTime
1.3.6.1.2.1.15.3.1.19 bgpPeerKeepAlive
1.3.6.1.2.1.15.3.1.20 bgpPeerHoldTimeConfigured
1.3.6.1.2.1.15.3.1.21 bgpPeerKeepAliveConfigured
1.3.6.1.2.1.15.3.1.22 bgpPeerMinASOriginationInterval
1.3.6.1.2.1.15.3.1.23 bgpPeerMinRouteAdvertisementInterval
1.3.6.1.2.1.15.3.1.24 bgpPeerInUpdateElapsedTime
1.3.6.1.2.1.15.4 bgpIdentifier
1.3.6.1.2.1.15.5.1.1 bgpPathAttrPeer
1.3.6.1.2.1.15.5.1.2 bgpPathAttrDestNetwork
1.3.6.1.2.1.15.5.1.3 bgpPathAttrOrigin 1=igp,2=egp,3=incomplete
1.3.6.1.2.1.15.5.1.4 bgpPathAttrASPath
1.3.6.1.2.1.15.5.1.5 bgpPathAttrNextHop
1.3.6.1.2.1.15.5.1.6 bgpPathAttrInterASMetric
1.3.6.1.2.1.15.6.1.1 bgp4PathAttrPeer
1.3.6.1.2.1.15.6.1.2 bgp4PathAttrIpAddrPrefixLen
1.3.6.1.2.1.15.6.1.3 bgp4PathAttrIpAddrPrefix
1.3.6.1.2.1.15.6.1.4 bgp4PathAttrOrigin 1=igp,2=egp,3=incomplete
1.3.6.1.2.1.15.6.1.5 bgp4PathAttrASPathSegment
1.3.6.1.2.1.15.6.1.6 bgp4PathAttrNextHop
1.3.6.1.2.1.15.6.1.7 bgp4PathAttrMultiExitDisc
1.3.6.1.2.1.15.6.1.8 bgp4PathAttrLocalPref
1.3.6.1.2.1.15.6.1.9 bgp4PathAttrAtomicAggregate 1=lessSpecificRouteNotSelected,2=lessSpecificRouteSelected
1.3.6.1.2.1.15.6.1.10 bgp4PathAttrAggregatorAS
1.3.6.1.2.1.15.6.1.11 bgp4PathAttrAggregatorAddr
1.3.6.1.2.1.15.6.1.12 bgp4PathAttrCalcLocalPref
1.3.6.1.2.1.15.6.1.13 bgp4PathAttrBest 1=false,2=true
1.3.6.1.2.1.15.6.1.14 bgp4PathAttrUnknown
1.3.6.1.2.1.15.7.1 bgpEstablished
1.3.6.1.2.1.15.7.2 bgpBackwardTransition
1.3.6.1.2.1.16.0.1 risingAlarm
1.3.6.1.2.1.16.0.2 fallingAlarm
1.3.6.1.2.1.16.3.1.1.1 alarmIndex
1.3.6.1.2.1.16.3.1.1.3 alarmVariable
1.3.6.1.2.1.16.3.1.1.4 alarmSampleType 1=absoluteValue,2=deltaValue
1.3.6.1.2.1.16.3.1.1.5 alarmValue
1.3.6.1.2.1.16.3.1.1.7 alarmRisingThreshold
1.3.6.1.2.1.16.3.1.1.8 alarmFallingThreshold
1.3.6.1.2.1.17.0.1 newRoot
1.3.6.1.2.1.17.0.2 topologyChange
1.3.6.1.2.1.31.1.1.1.1 ifName
1.3.6.1.2.1.31.1.1.1.2 ifInMulticastPkts
1.3.6.1.2.1.31.1.1.1.3 ifInBroadcastPkts
1.3.6.1.2.1.31.1.1.1.4 ifOutMulticastPkts
1.3.6.1.2.1.31.1.1.1.5 ifOutBroadcastPkts
1.3.6.1.2.1.31.1.1.1.6 ifHCInOctets
1.3.6.1.2.1.31.1.1.1.7 ifHCInUcastPkts
1.3.6.1.2.1.31.1.1.1.8 ifHCInMulticastPkts
1.3.6.1.2.1.31.1.1.1.9 ifHCInBroadcastPkts
1.3.6.1.2.1.31.1.1.1.10 ifHCOutOctets
1.3.6.1.2.1.31.1.1.1.11 ifHCOutUcastPkts
1.3.6.1.2.1.31.1.1.1.12 ifHCOutMulticastPkts
1.3.6.1.2.1.31.1.1.1.13 ifHCOutBroadcastPkts
1.3.6.1.2.1.31.1.1.1.14 ifLinkUpDownTrapEnable 1=enabled,2=disabled
1.3.6.1.2.1.31.1.1.1.15 ifHighSpeed
1.3.6.1.2.1.31.1.1.1.16 ifPromiscuousMode 1=true,2=false
1.3.6.1.2.1.31.1.1.1.17 ifConnectorPresent 1=true,2=false
1.3.6.1.2.1.31.1.1.1.18 ifAlias
1.3.6.1.2.1.31.1.1.1.19 ifCounterDiscontinuityTime
1.3.6.1.2.1.31.1.2.1.1 ifStackHigherLayer
1.3.6.1.2.1.31.1.2.1.2 ifStackLowerLayer
1.3.6.1.2.1.31.1.2.1.3 ifStackStatus 1=active,2=notInService,3=notReady,4=createAndGo,5=createAndWait,6=destroy
1.3.6.1.2.1.31.1.3.1.1 ifTestId
1.3.6.1.2.1.31.1.3.1.2 ifTestStatus 1=notInUse,2=inUse
1.3.6.1.2.1.31.1.3.1.3 ifTestType
1.3.6.1.2.1.31.1.3.1.4 ifTestResult 1=none,2=success,3=inProgress,4=notSupported,5=unAbleToRun,6=aborted,7=failed
1.3.6.1.2.1.31.1.3.1.5 ifTestCode
1.3.6.1.2.1.31.1.3.1.6 ifTestOwner
1.3.6.1.2.1.31.1.4.1.1 ifRcvAddressAddress
1.3.6.1.2.1.31.1.4.1.2 ifRcvAddressStatus 1=active,2=notInService,3=notReady,4=createAndGo,5=createAndWait,6=destroy
1.3.6.1.2.1.31.1.4.1.3 ifRcvAddressType 1=other,2=volatile,3=nonVolatile
1.3.6.1.2.1.31.1.5 ifTableLastChange
1.3.6.1.2.1.31.1.6 ifStackLastChange
1.3.6.1.2.1.33.1.2.2 upsSecondsOnBattery
1.3.6.1.2.1.33.1.2.3 upsEstimatedMinutesRemaining
1.3.6.1.2.1.33.1.6.2.1.1 upsAlarmId
1.3.6.1.2.1.33.1.6.2.1.2 upsAlarmDescr
1.3.6.1.2.1.33.1.7.1 upsTestId
1.3.6.1.2.1.33.1.7.2 upsTestSpinLock
1.3.6.1.2.1.33.1.7.3 upsTestResultsSummary 1=donePass,2=doneWarning,3=doneError,4=aborted,5=inProgress,6=noTestsInitiated
1.3.6.1.2.1.33.1.7.4 upsTestResultsDetail
1.3.6.1.2.1.33.1.7.5 upsTestStartTime
1.3.6.1.2.1.33.1.7.6 upsTestElapsedTime
1.3.6.1.2.1.33.1.9.7 upsConfigLowBattTime
1.3.6.1.2.1.33.2.1 upsTrapOnBattery
1.3.6.1.2.1.33.2.2 upsTrapTestCompleted
1.3.6.1.2.1.33.2.3 upsTrapAlarmEntryAdded
1.3.6.1.2.1.33.2.4 upsTrapAlarmEntryRemoved
1.3.6.1.2.1.47.1.1.1.1.1 entPhysicalIndex
1.3.6.1.2.1.47.1.1.1.1.2 entPhysicalDescr
1.3.6.1.2.1.47.1.1.1.1.3 entPhysicalVendorType
1.3.6.1.2.1.47.1.1.1.1.4 entPhysicalContainedIn
1.3.6.1.2.1.47.1.1.1.1.5 entPhysicalClass 1=other,2=unknown,3=chassis,4=backplane,5=container,6=powerSupply,7=fan,8=sensor,9=module,10=port,11=stack,12=cpu,13=energyObject,14=battery,15=storageDrive
1.3.6.1.2.1.47.1.1.1.1.6 entPhysicalParentRelPos
1.3.6.1.2.1.47.1.1.1.1.7 entPhysicalName
1.3.6.1.2.1.47.1.1.1.1.8 entPhysicalHardwareRev
1.3.6.1.2.1.47.1.1.1.1.9 entPhysicalFirmwareRev
1.3.6.1.2.1.47.1.1.1.1.10 entPhysicalSoftwareRev
1.3.6.1.2.1.47.1.1.1.1.11 entPhysicalSerialNum
1.3.6.1.2.1.47.1.1.1.1.12 entPhysicalMfgName
1.3.6.1.2.1.47.1.1.1.1.13 entPhysicalModelName
1.3.6.1.2.1.47.1.1.1.1.14 entPhysicalAlias
1.3.6.1.2.1.47.1.1.1.1.15 entPhysicalAssetID
1.3.6.1.2.1.47.1.1.1.1.16 entPhysicalIsFRU 1=true,2=false
1.3.6.1.2.1.47.1.1.1.1.17 entPhysicalMfgDate
1.3.6.1.2.1.47.1.1.1.1.18 entPhysicalUris
1.3.6.1.2.1.47.1.1.1.1.19 entPhysicalUUID
1.3.6.1.2.1.47.1.2.1.1.1 entLogicalIndex
1.3.6.1.2.1.47.1.2.1.1.2 entLogicalDescr
1.3.6.1.2.1.47.1.2.1.1.3 entLogicalType
1.3.6.1.2.1.47.1.2.1.1.4 entLogicalCommunity
1.3.6.1.2.1.47.1.2.1.1.5 entLogicalTAddress
1.3.6.1.2.1.47.1.2.1.1.6 entLogicalTDomain
1.3.6.1.2.1.47.1.2.1.1.7 entLogicalContextEngineID
1.3.6.1.2.1.47.1.2.1.1.8 entLogicalContextName
1.3.6.1.2.1.47.1.3.1.1.1 entLPPhysicalIndex
1.3.6.1.2.1.47.1.3.2.1.1 entAliasLogicalIndexOrZero
1.3.6.1.2.1.47.1.3.2.1.2 entAliasMappingIdentifier
1.3.6.1.2.1.47.1.3.3.1.1 entPhysicalChildIndex
1.3.6.1.2.1.47.1.4.1 entLastChangeTime
1.3.6.1.2.1.47.2.0.1 entConfigChange
1.3.6.1.2.1.68.0.1 vrrpTrapNewMaster
1.3.6.1.2.1.68.0.2 vrrpTrapAuthFailure
1.3.6.1.2.1.68.0.3 vrrpTrapProtoError
1.3.6.1.2.1.68.1.5 vrrpTrapPacketSrc
1.3.6.1.2.1.68.1.6 vrrpTrapAuthErrorType 1=invalidAuthType,2=authTypeMismatch,3=authFailure
1.3.6.1.2.1.68.1.7.1.7 vrrpOperationsMasterIpAddr
1.3.6.1.2.1.68.1.9 vrrpNewMasterReason 0=notmaster,1=priority,2=preempted,3=masterNoResponse
1.3.6.1.2.1.68.1.10 vrrpTrapProtoErrReason 0=hopLimitError,1=versionError,2=checksumError,3=vridError
1.3.6.1.2.1.80.0.1 pingProbeFailed
1.3.6.1.2.1.80.0.2 pingTestFailed
1.3.6.1.2.1.80.0.3 pingTestCompleted
1.3.6.1.2.1.80.1.1 pingMaxConcurrentRequests
1.3.6.1.2.1.80.1.2.1.1 pingCtlOwnerIndex
1.3.6.1.2.1.80.1.2.1.2 pingCtlTestName
1.3.6.1.2.1.80.1.2.1.3 pingCtlTargetAddressType 0=unknown,1=ipv4,2=ipv6,3=ipv4z,4=ipv6z,16=dns
1.3.6.1.2.1.80.1.2.1.4 pingCtlTargetAddress
1.3.6.1.2.1.80.1.2.1.5 pingCtlDataSize
1.3.6.1.2.1.80.1.2.1.6 pingCtlTimeOut
1.3.6.1.2.1.80.1.2.1.7 pingCtlProbeCount
1.3.6.1.2.1.80.1.2.1.8 pingCtlAdminStatus 1=enabled,2=disabled
1.3.6.1.2.1.80.1.2.1.9 pingCtlDataFill
1.3.6.1.2.1.80.1.2.1.10 pingCtlFrequency
1.3.6.1.2.1.80.1.2.1.11 pingCtlMaxRows
1.3.6.1.2.1.80.1.2.1.12 pingCtlStorageType 1=other,2=volatile,3=nonVolatile,4=permanent,5=readOnly
1.3.6.1.2.1.80.1.2.1.13 pingCtlTrapGeneration
1.3.6.1.2.1.80.1.2.1.14 pingCtlTrapProbeFailureFilter
1.3.6.1.2.1.80.1.2.1.15 pingCtlTrapTestFailureFilter
1.3.6.1.2.1.80.1.2.1.16 pingCtlType
1.3.6.1.2.1.80.1.2.1.17 pingCtlDescr
1.3.6.1.2.1.80.1.2.1.18 pingCtlSourceAddressType 0=unknown,1=ipv4,2=ipv6,3=ipv4z,4=ipv6z,16=dns
1.3.6.1.2.1.80.1.2.1.19 pingCtlSourceAddress
1.3.6.1.2.1.80.1.2.1.20 pingCtlIfIndex
1.3.6.1.2.1.80.1.2.1.22 pingCtlDSField
1.3.6.1.2.1.80.1.2.1.23 pingCtlRowStatus 1=active,2=notInService,3=notReady,4=createAndGo,5=createAndWait,6=destroy
1.3.6.1.2.1.80.1.3.1.1 pingResultsOperStatus 1=enabled,2=disabled,3=completed
1.3.6.1.2.1.80.1.3.1.2 pingResultsIpTargetAddressType 0=unknown,1=ipv4,2=ipv6,3=ipv4z,4=ipv6z,16=dns
1.3.6.1.2.1.80.1.3.1.3 pingResultsIpTargetAddress
1.3.6.1.2.1.80.1.3.1.4 pingResultsMinRtt
1.3.6.1.2.1.80.1.3.1.5 pingResultsMaxRtt
1.3.6.1.2.1.80.1.3.1.6 pingResultsAverageRtt
1.3.6.1.2.1.80.1.3.1.7 pingResultsProbeResponses
1.3.6.1.2.1.80.1.3.1.8 pingResultsSentProbes
1.3.6.1.2.1.80.1.3.1.9 pingResultsRttSumOfSquares
1.3.6.1.2.1.80.1.3.1.10 pingResultsLastGoodProbe
1.3.6.1.2.1.80.1.4.1.1 pingProbeHistoryIndex
1.3.6.1.2.1.80.1.4.1.2 pingProbeHistoryResponse
1.3.6.1.2.1.80.1.4.1.3 pingProbeHistoryStatus 1=responseReceived,2=unknown,3=internalError,4=requestTimedOut,5=unknownDestinationAddress,6=noRouteToTarget,7=interfaceInactiveToTarget,8=arpFailure,9=maxConcurrentLimitReached,10=unableToResolveDnsName,11=invalidHostAddress
1.3.6.1.2.1.80.1.4.1.4 pingProbeHistoryLastRC
1.3.6.1.2.1.80.1.4.1.5 pingProbeHistoryTime
1.3.6.1.2.1.105.0.1 pethPsePortOnOffNotification
1.3.6.1.2.1.105.0.2 pethMainPowerUsageOnNotification
1.3.6.1.2.1.105.0.3 pethMainPowerUsageOffNotification
1.3.6.1.2.1.105.1.1.1.6 pethPsePortDetectionStatus 1=disabled,2=searching,3=deliveringPower,4=fault,5=test,6=otherFault
1.3.6.1.2.1.105.1.3.1.1.4 pethMainPseConsumptionPower
1.3.6.1.2.1.222.0.1 bfdSessUp
1.3.6.1.2.1.222.0.2 bfdSessDown
1.3.6.1.2.1.222.1.1.1 bfdAdminStatus 1=enabled,2=disabled,3=adminDown,4=down
1.3.6.1.2.1.222.1.1.2 bfdOperStatus 1=up,2=down,3=adminDown
1.3.6.1.2.1.222.1.1.3 bfdNotificationsEnable 1=true,2=false
1.3.6.1.2.1.222.1.1.4 bfdSessIndexNext
1.3.6.1.2.1.222.1.2.1.1 bfdSessIndex
1.3.6.1.2.1.222.1.2.1.2 bfdSessVersionNumber
1.3.6.1.2.1.222.1.2.1.3 bfdSessType 1=singleHop,2=multiHopTotallyArbitraryPaths,3=multiHopOutOfBandSignaling,4=multiHopUnidirectionalLinks
1.3.6.1.2.1.222.1.2.1.4 bfdSessDiscriminator
1.3.6.1.2.1.222.1.2.1.5 bfdSessRemoteDiscr
1.3.6.1.2.1.222.1.2.1.6 bfdSessDestinationUdpPort
1.3.6.1.2.1.222.1.2.1.7 bfdSessSourceUdpPort
1.3.6.1.2.1.222.1.2.1.8 bfdSessEchoSourceUdpPort
1.3.6.1.2.1.222.1.2.1.9 bfdSessAdminStatus 1=enabled,2=disabled,3=adminDown,4=down
1.3.6.1.2.1.222.1.2.1.10 bfdSessOperStatus 1=up,2=down,3=adminDown
1.3.6.1.2.1.222.1.2.1.11 bfdSessState 1=adminDown,2=down,3=init,4=up,5=failing
1.3.6.1.2.1.222.1.2.1.12 bfdSessRemoteHeardFlag 1=true,2=false
1.3.6.1.2.1.222.1.2.1.13 bfdSessDiag 0=noDiagnostic,1=controlDetectionTimeExpired,2=echoFunctionFailed,3=neighborSignaledSessionDown,4=forwardingPlaneReset,5=pathDown,6=concatenatedPathDown,7=administrativelyDown,8=reverseConcatenatedPathDown,9=misConnectivityDefect
1.3.6.1.2.1.222.1.2.1.14 bfdSessOperMode 1=asyncModeWEchoFunction,2=asynchModeWOEchoFunction,3=demandModeWEchoFunction,4=demandModeWOEchoFunction
1.3.6.1.2.1.222.1.2.1.15 bfdSessDemandModeDesiredFlag 1=true,2=false
1.3.6.1.2.1.222.1.2.1.16 bfdSessControlPlaneIndepFlag 1=true,2=false
1.3.6.1.2.1.222.1.2.1.17 bfdSessMultipointFlag 1=true,2=false
1.3.6.1.2.1.222.1.2.1.18 bfdSessInterface
1.3.6.1.2.1.222.1.2.1.19 bfdSessSrcAddrType 0=unknown,1=ipv4,2=ipv6,3=ipv4z,4=ipv6z,16=dns
1.3.6.1.2.1.222.1.2.1.20 bfdSessSrcAddr
1.3.6.1.2.1.222.1.2.1.21 bfdSessDstAddrType 0=unknown,1=ipv4,2=ipv6,3=ipv4z,4=ipv6z,16=dns
1.3.6.1.2.1.222.1.2.1.22 bfdSessDstAddr
1.3.6.1.2.1.222.1.2.1.23 bfdSessGTSM 1=true,2=false
1.3.6.1.2.1.222.1.2.1.24 bfdSessGTSMTTL
1.3.6.1.2.1.222.1.2.1.25 bfdSessDesiredMinTxInterval
1.3.6.1.2.1.222.1.2.1.26 bfdSessReqMinRxInterval
1.3.6.1.2.1.222.1.2.1.27 bfdSessReqMinEchoRxInterval
1.3.6.1.2.1.222.1.2.1.28 bfdSessDetectMult
1.3.6.1.2.1.222.1.2.1.29 bfdSessNegotiatedInterval
1.3.6.1.2.1.222.1.2.1.30 bfdSessNegotiatedEchoInterval
1.3.6.1.2.1.222.1.2.1.31 bfdSessNegotiatedDetectMult
1.3.6.1.2.1.222.1.2.1.32 bfdSessAuthPresFlag 1=true,2=false
1.3.6.1.2.1.222.1.2.1.33 bfdSessAuthenticationType -1=noAuthentication,0=reserved,1=simplePassword,2=keyedMD5,3=meticulousKeyedMD5,4=keyedSHA1,5=meticulousKeyedSHA1
1.3.6.1.2.1.222.1.2.1.34 bfdSessAuthenticationKeyID
1.3.6.1.2.1.222.1.2.1.35 bfdSessAuthenticationKey
1.3.6.1.2.1.222.1.2.1.36 bfdSessStorageType 1=other,2=volatile,3=nonVolatile,4=permanent,5=readOnly
1.3.6.1.2.1.222.1.2.1.37 bfdSessRowStatus 1=active,2=notInService,3=notReady,4=createAndGo,5=createAndWait,6=destroy
1.3.6.1.2.1.222.1.3.1.1 bfdSessPerfCtrlPktIn
1.3.6.1.2.1.222.1.3.1.2 bfdSessPerfCtrlPktOut
1.3.6.1.2.1.222.1.3.1.3 bfdSessPerfCtrlPktDrop
1.3.6.1.2.1.222.1.3.1.4 bfdSessPerfCtrlPktDropLastTime
1.3.6.1.2.1.222.1.3.1.5 bfdSessPerfEchoPktIn
1.3.6.1.2.1.222.1.3.1.6 bfdSessPerfEchoPktOut
1.3.6.1.2.1.222.1.3.1.7 bfdSessPerfEchoPktDrop
1.3.6.1.2.1.222.1.3.1.8 bfdSessPerfEchoPktDropLastTime
1.3.6.1.2.1.222.1.3.1.9 bfdSessUpTime
1.3.6.1.2.1.222.1.3.1.10 bfdSessPerfLastSessDownTime
1.3.6.1.2.1.222.1.3.1.11 bfdSessPerfLastCommLostDiag 0=noDiagnostic,1=controlDetectionTimeExpired,2=echoFunctionFailed,3=neighborSignaledSessionDown,4=forwardingPlaneReset,5=pathDown,6=concatenatedPathDown,7=administrativelyDown,8=reverseConcatenatedPathDown,9=misConnectivityDefect
1.3.6.1.2.1.222.1.3.1.12 bfdSessPerfSessUpCount
1.3.6.1.2.1.222.1.3.1.13 bfdSessPerfDiscTime
1.3.6.1.2.1.222.1.3.1.14 bfdSessPerfCtrlPktInHC
1.3.6.1.2.1.222.1.3.1.15 bfdSessPerfCtrlPktOutHC
1.3.6.1.2.1.222.1.3.1.16 bfdSessPerfCtrlPktDropHC
1.3.6.1.2.1.222.1.3.1.17 bfdSessPerfEchoPktInHC
1.3.6.1.2.1.222.1.3.1.18 bfdSessPerfEchoPktOutHC
1.3.6.1.2.1.222.1.3.1.19 bfdSessPerfEchoPktDropHC
1.3.6.1.2.1.222.1.4.1.1 bfdSessDiscMapIndex
1.3.6.1.2.1.222.1.5.1.1 bfdSessIpMapIndex
1.3.6.1.4.1.9.2.2.1.1.1 locIfHardType
1.3.6.1.4.1.9.2.2.1.1.2 locIfLineProt
1.3.6.1.4.1.9.2.2.1.1.3 locIfLastIn
1.3.6.1.4.1.9.2.2.1.1.4 locIfLastOut
1.3.6.1.4.1.9.2.2.1.1.5 locIfLastOutHang
1.3.6.1.4.1.9.2.2.1.1.6 locIfInBitsSec
1.3.6.1.4.1.9.2.2.1.1.7 locIfInPktsSec
1.3.6.1.4.1.9.2.2.1.1.8 locIfOutBitsSec
1.3.6.1.4.1.9.2.2.1.1.9 locIfOutPktsSec
1.3.6.1.4.1.9.2.2.1.1.10 locIfInRunts
1.3.6.1.4.1.9.2.2.1.1.11 locIfInGiants
1.3.6.1.4.1.9.2.2.1.1.12 locIfInCRC
1.3.6.1.4.1.9.2.2.1.1.13 locIfInFrame
1.3.6.1.4.1.9.2.2.1.1.14 locIfInOverrun
1.3.6.1.4.1.9.2.2.1.1.15 locIfInIgnored
1.3.6.1.4.1.9.2.2.1.1.16 locIfInAbort
1.3.6.1.4.1.9.2.2.1.1.17 locIfResets
1.3.6.1.4.1.9.2.2.1.1.18 locIfRestarts
1.3.6.1.4.1.9.2.2.1.1.19 locIfKeep
1.3.6.1.4.1.9.2.2.1.1.20 locIfReason
1.3.6.1.4.1.9.2.2.1.1.21 locIfCarTrans
1.3.6.1.4.1.9.2.2.1.1.22 locIfReliab
1.3.6.1.4.1.9.2.2.1.1.23 locIfDelay
1.3.6.1.4.1.9.2.2.1.1.24 locIfLoad
1.3.6.1.4.1.9.2.2.1.1.25 locIfCollisions
1.3.6.1.4.1.9.2.2.1.1.26 locIfInputQueueDrops
1.3.6.1.4.1.9.2.2.1.1.27 locIfOutputQueueDrops
1.3.6.1.4.1.9.2.2.1.1.28 locIfDescr
1.3.6.1.4.1.9.2.2.1.1.30 locIfSlowInPkts
1.3.6.1.4.1.9.2.2.1.1.31 locIfSlowOutPkts
1.3.6.1.4.1.9.2.2.1.1.32 locIfSlowInOctets
1.3.6.1.4.1.9.2.2.1.1.33 locIfSlowOutOctets
1.3.6.1.4.1.9.2.2.1.1.34 locIfFastInPkts
1.3.6.1.4.1.9.2.2.1.1.35 locIfFastOutPkts
1.3.6.1.4.1.9.2.2.1.1.36 locIfFastInOctets
1.3.6.1.4.1.9.2.2.1.1.37 locIfFastOutOctets
1.3.6.1.4.1.9.2.2.1.1.38 locIfotherInPkts
1.3.6.1.4.1.9.2.2.1.1.39 locIfotherOutPkts
1.3.6.1.4.1.9.2.2.1.1.40 locIfotherInOctets
1.3.6.1.4.1.9.2.2.1.1.41 locIfotherOutOctets
1.3.6.1.4.1.9.2.2.1.1.42 locIfipInPkts
1.3.6.1.4.1.9.2.2.1.1.43 locIfipOutPkts
1.3.6.1.4.1.9.2.2.1.1.44 locIfipInOctets
1.3.6.1.4.1.9.2.2.1.1.45 locIfipOutOctets
1.3.6.1.4.1.9.2.2.1.1.46 locIfdecnetInPkts
1.3.6.1.4.1.9.2.2.1.1.47 locIfdecnetOutPkts
1.3.6.1.4.1.9.2.2.1.1.48 locIfdecnetInOctets
1.3.6.1.4.1.9.2.2.1.1.49 locIfdecnetOutOctets
1.3.6.1.4.1.9.2.2.1.1.50 locIfxnsInPkts
1.3.6.1.4.1.9.2.2.1.1.51 locIfxnsOutPkts
1.3.6.1.4.1.9.2.2.1.1.52 locIfxnsInOctets
1.3.6.1.4.1.9.2.2.1.1.53 locIfxnsOutOctets
1.3.6.1.4.1.9.2.2.1.1.54 locIfclnsInPkts
1.3.6.1.4.1.9.2.2.1.1.55 locIfclnsOutPkts
1.3.6.1.4.1.9.2.2.1.1.56 locIfclnsInOctets
1.3.6.1.4.1.9.2.2.1.1.57 locIfclnsOutOctets
1.3.6.1.4.1.9.2.2.1.1.58 locIfappletalkInPkts
1.3.6.1.4.1.9.2.2.1.1.59 locIfappletalkOutPkts
1.3.6.1.4.1.9.2.2.1.1.60 locIfappletalkInOctets
1.3.6.1.4.1.9.2.2.1.1.61 locIfappletalkOutOctets
1.3.6.1.4.1.9.2.2.1.1.62 locIfnovellInPkts
1.3.6.1.4.1.9.2.2.1.1.63 locIfnovellOutPkts
1.3.6.1.4.1.9.2.2.1.1.64 locIfnovellInOctets
1.3.6.1.4.1.9.2.2.1.1.65 locIfnovellOutOctets
1.3.6.1.4.1.9.2.2.1.1.66 locIfapolloInPkts
1.3.6.1.4.1.9.2.2.1.1.67 locIfapolloOutPkts
1.3.6.1.4.1.9.2.2.1.1.68 locIfapolloInOctets
1.3.6.1.4.1.9.2.2.1.1.69 locIfapolloOutOctets
1.3.6.1.4.1.9.2.2.1.1.70 locIfvinesInPkts
1.3.6.1.4.1.9.2.2.1.1.71 locIfvinesOutPkts
1.3.6.1.4.1.9.2.2.1.1.72 locIfvinesInOctets
1.3.6.1.4.1.9.2.2.1.1.73 locIfvinesOutOctets
1.3.6.1.4.1.9.2.2.1.1.74 locIfbridgedInPkts
1.3.6.1.4.1.9.2.2.1.1.75 locIfbridgedOutPkts
1.3.6.1.4.1.9.2.2.1.1.76 locIfbridgedInOctets
1.3.6.1.4.1.9.2.2.1.1.77 locIfbridgedOutOctets
1.3.6.1.4.1.9.2.2.1.1.78 locIfsrbInPkts
1.3.6.1.4.1.9.2.2.1.1.79 locIfsrbOutPkts
1.3.6.1.4.1.9.2.2.1.1.80 locIfsrbInOctets
1.3.6.1.4.1.9.2.2.1.1.81 locIfsrbOutOctets
1.3.6.1.4.1.9.2.2.1.1.82 locIfchaosInPkts
1.3.6.1.4.1.9.2.2.1.1.83 locIfchaosOutPkts
1.3.6.1.4.1.9.2.2.1.1.84 locIfchaosInOctets
1.3.6.1.4.1.9.2.2.1.1.85 locIfchaosOutOctets
1.3.6.1.4.1.9.2.2.1.1.86 locIfpupInPkts
1.3.6.1.4.1.9.2.2.1.1.87 locIfpupOutPkts
1.3.6.1.4.1.9.2.2.1.1.88 locIfpupInOctets
1.3.6.1.4.1.9.2.2.1.1.89 locIfpupOutOctets
1.3.6.1.4.1.9.2.2.1.1.90 locIfmopInPkts
1.3.6.1.4.1.9.2.2.1.1.91 locIfmopOutPkts
1.3.6.1.4.1.9.2.2.1.1.92 locIfmopInOctets
1.3.6.1.4.1.9.2.2.1.1.93 locIfmopOutOctets
1.3.6.1.4.1.9.2.2.1.1.94 locIflanmanInPkts
1.3.6.1.4.1.9.2.2.1.1.95 locIflanmanOutPkts
1.3.6.1.4.1.9.2.2.1.1.96 locIflanmanInOctets
1.3.6.1.4.1.9.2.2.1.1.97 locIflanmanOutOctets
1.3.6.1.4.1.9.2.2.1.1.98 locIfstunInPkts
1.3.6.1.4.1.9.2.2.1.1.99 locIfstunOutPkts
1.3.6.1.4.1.9.2.2.1.1.100 locIfstunInOctets
1.3.6.1.4.1.9.2.2.1.1.101 locIfstunOutOctets
1.3.6.1.4.1.9.2.2.1.1.102 locIfspanInPkts
1.3.6.1.4.1.9.2.2.1.1.103 locIfspanOutPkts
1.3.6.1.4.1.9.2.2.1.1.104 locIfspanInOctets
1.3.6.1.4.1.9.2.2.1.1.105 locIfspanOutOctets
1.3.6.1.4.1.9.2.2.1.1.106 locIfarpInPkts
1.3.6.1.4.1.9.2.2.1.1.107 locIfarpOutPkts
1.3.6.1.4.1.9.2.2.1.1.108 locIfarpInOctets
1.3.6.1.4.1.9.2.2.1.1.109 locIfarpOutOctets
1.3.6.1.4.1.9.2.2.1.1.110 locIfprobeInPkts
1.3.6.1.4.1.9.2.2.1.1.111 locIfprobeOutPkts
1.3.6.1.4.1.9.2.2.1.1.112 locIfprobeInOctets
1.3.6.1.4.1.9.2.2.1.1.113 locIfprobeOutOctets
1.3.6.1.4.1.9.2.2.1.1.114 locIfDribbleInputs
1.3.6.1.4.1.9.2.2.2.1.1 locIfFSIPIndex
1.3.6.1.4.1.9.2.2.2.1.2 locIfFSIPtype 1=notAvailable,2=dte,3=dce
1.3.6.1.4.1.9.2.2.2.1.3 locIfFSIPrts 1=notAvailable,2=up,3=down
1.3.6.1.4.1.9.2.2.2.1.4 locIfFSIPcts 1=notAvailable,2=up,3=down
1.3.6.1.4.1.9.2.2.2.1.5 locIfFSIPdtr 1=notAvailable,2=up,3=down
1.3.6.1.4.1.9.2.2.2.1.6 locIfFSIPdcd 1=notAvailable,2=up,3=down
1.3.6.1.4.1.9.2.2.2.1.7 locIfFSIPdsr 1=notAvailable,2=up,3=down
1.3.6.1.4.1.9.2.2.2.1.8 locIfFSIPrxClockrate
1.3.6.1.4.1.9.2.2.2.1.9 locIfFSIPrxClockrateHi
1.3.6.1.4.1.9.2.2.2.1.10 locIfFSIPportType 1=noCable,2=rs232,3=rs422,4=rs423,5=v35,6=x21,7=rs449,8=rs530,9=hssi
1.3.6.1.4.1.9.9.13.1.2.1.2 ciscoEnvMonVoltageStatusDescr
1.3.6.1.4.1.9.9.13.1.2.1.3 ciscoEnvMonVoltageStatusValue
1.3.6.1.4.1.9.9.13.1.2.1.7 ciscoEnvMonVoltageState 1=normal,2=warning,3=critical,4=shutdown,5=notPresent,6=notFunctioning
1.3.6.1.4.1.9.9.13.1.3.1.2 ciscoEnvMonTemperatureStatusDescr
1.3.6.1.4.1.9.9.13.1.3.1.3 ciscoEnvMonTemperatureStatusValue
1.3.6.1.4.1.9.9.13.1.3.1.6 ciscoEnvMonTemperatureState 1=normal,2=warning,3=critical,4=shutdown,5=notPresent,6=notFunctioning
1.3.6.1.4.1.9.9.13.1.3.1.7 ciscoEnvMonTemperatureStatusValueRev1
1.3.6.1.4.1.9.9.13.1.4.1.2 ciscoEnvMonFanStatusDescr
1.3.6.1.4.1.9.9.13.1.4.1.3 ciscoEnvMonFanState 1=normal,2=warning,3=critical,4=shutdown,5=notPresent,6=notFunctioning
1.3.6.1.4.1.9.9.13.1.5.1.2 ciscoEnvMonSupplyStatusDescr
1.3.6.1.4.1.9.9.13.1.5.1.3 ciscoEnvMonSupplyState 1=normal,2=warning,3=critical,4=shutdown,5=notPresent,6=notFunctioning
1.3.6.1.4.1.9.9.13.3.0.1 ciscoEnvMonShutdownNotification
1.3.6.1.4.1.9.9.13.3.0.2 ciscoEnvMonVoltageNotification
1.3.6.1.4.1.9.9.13.3.0.3 ciscoEnvMonTemperatureNotification
1.3.6.1.4.1.9.9.13.3.0.4 ciscoEnvMonFanNotification
1.3.6.1.4.1.9.9.13.3.0.5 ciscoEnvMonRedundantSupplyNotification
1.3.6.1.4.1.9.9.13.3.0.6 ciscoEnvMonVoltStatusChangeNotif
1.3.6.1.4.1.9.9.13.3.0.7 ciscoEnvMonTempStatusChangeNotif
1.3.6.1.4.1.9.9.13.3.0.8 ciscoEnvMonFanStatusChangeNotif
1.3.6.1.4.1.9.9.13.3.0.9 ciscoEnvMonSuppStatusChangeNotif
1.3.6.1.4.1.9.9.41.1.2.3.1.2 clogHistFacility
1.3.6.1.4.1.9.9.41.1.2.3.1.3 clogHistSeverity 1=emergency,2=alert,3=critical,4=error,5=warning,6=notice,7=info,8=debug
1.3.6.1.4.1.9.9.41.1.2.3.1.4 clogHistMsgName
1.3.6.1.4.1.9.9.41.1.2.3.1.5 clogHistMsgText
1.3.6.1.4.1.9.9.41.1.2.3.1.6 clogHistTimestamp
1.3.6.1.4.1.9.9.41.2.0.1 clogMessageGenerated
1.3.6.1.4.1.9.9.42.1.2.1.1.3 rttMonCtrlAdminTag
1.3.6.1.4.1.9.9.42.1.2.1.1.12 rttMonCtrlAdminLongTag
1.3.6.1.4.1.9.9.42.1.2.2.1.33 rttMonEchoAdminLSPSelector
1.3.6.1.4.1.9.9.42.1.2.9.1.5 rttMonCtrlOperConnectionLostOccurred 1=true,2=false
1.3.6.1.4.1.9.9.42.1.2.9.1.6 rttMonCtrlOperTimeoutOccurred 1=true,2=false
1.3.6.1.4.1.9.9.42.1.2.9.1.7 rttMonCtrlOperOverThresholdOccurred 1=true,2=false
1.3.6.1.4.1.9.9.42.1.2.9.1.11 rttMonCtrlOperVerifyErrorOccurred 1=true,2=false
1.3.6.1.4.1.9.9.42.1.2.15.1.4 rttMplsVpnMonCtrlTag
1.3.6.1.4.1.9.9.42.1.2.19.1.2 rttMonReactVar 1=rtt,2=jitterSDAvg,3=jitterDSAvg,4=packetLossSD,5=packetLossDS,6=mos,7=timeout,8=connectionLoss,9=verifyError,10=jitterAvg,11=icpif,12=packetMIA,13=packetLateArrival,14=packetOutOfSequence,15=maxOfPositiveSD,16=maxOfNegativeSD,17=maxOfPositiveDS,18=maxOfNegativeDS,19=iaJitterDS,20=frameLossDS,21=mosLQDS,22=mosCQDS,23=rFactorDS,24=successivePacketLoss,25=maxOfLatencyDS,26=maxOfLatencySD,27=latencyDSAvg,28=latencySDAvg,29=packetLoss,30=iaJitterSD,31=mosCQSD,32=rFactorSD,33=lpdGroup,34=lpdTreeTrace,35=lpdAll,36=unavailSD,37=unavailDS,38=pktLossPctSD,39=pktLossPctDS,40=rttPct,41=maxOfLatencySDPct,42=maxOfLatencyDSPct,43=latencySDAvgPct,44=latencyDSAvgPct,45=jitterSDAvgPct,46=jitterDSAvgPct,47=jitterAvgPct,48=overThreshold,49=protocolSpecificError
1.3.6.1.4.1.9.9.42.1.2.19.1.5 rttMonReactThresholdRising
1.3.6.1.4.1.9.9.42.1.2.19.1.6 rttMonReactThresholdFalling
1.3.6.1.4.1.9.9.42.1.2.19.1.9 rttMonReactValue
1.3.6.1.4.1.9.9.42.1.2.19.1.10 rttMonReactOccurred 1=true,2=false
1.3.6.1.4.1.9.9.42.1.3.7.1.3 rttMonLpdGrpStatsTargetPE
1.3.6.1.4.1.9.9.42.1.3.7.1.13 rttMonLpdGrpStatsLPDFailOccurred 1=true,2=false
1.3.6.1.4.1.9.9.42.1.3.7.1.14 rttMonLpdGrpStatsLPDFailCause 1=unknown,2=noPath,3=allPathsBroken,4=allPathsUnexplorable,5=allPathsBrokenOrUnexplorable,6=timeout,7=error
1.3.6.1.4.1.9.9.42.1.3.7.1.16 rttMonLpdGrpStatsGroupStatus 1=unknown,2=up,3=partial,4=down
1.3.6.1.4.1.9.9.42.1.4.1.1.5 rttMonHistoryCollectionAddress
1.3.6.1.4.1.9.9.42.2.0.1 rttMonConnectionChangeNotification
1.3.6.1.4.1.9.9.42.2.0.2 rttMonTimeoutNotification
1.3.6.1.4.1.9.9.42.2.0.3 rttMonThresholdNotification
1.3.6.1.4.1.9.9.42.2.0.4 rttMonVerifyErrorNotification
1.3.6.1.4.1.9.9.42.2.0.5 rttMonNotification
1.3.6.1.4.1.9.9.42.2.0.6 rttMonLpdDiscoveryNotification
1.3.6.1.4.1.9.9.42.2.0.7 rttMonLpdGrpStatusNotification
1.3.6.1.4.1.9.9.42.2.0.8 rttMonNotificationV2
1.3.6.1.4.1.9.9.43.1.1.1 ccmHistoryRunningLastChanged
1.3.6.1.4.1.9.9.43.1.1.6.1.3 ccmHistoryEventCommandSource 1=commandLine,2=snmp
1.3.6.1.4.1.9.9.43.1.1.6.1.4 ccmHistoryEventConfigSource 1=erase,2=commandSource,3=running,4=startup,5=local,6=networkTftp,7=networkRcp,8=networkFtp,9=networkScp
1.3.6.1.4.1.9.9.43.1.1.6.1.5 ccmHistoryEventConfigDestination 1=erase,2=commandSource,3=running,4=startup,5=local,6=networkTftp,7=networkRcp,8=networkFtp,9=networkScp
1.3.6.1.4.1.9.9.43.1.1.6.1.6 ccmHistoryEventTerminalType 1=notApplicable,2=unknown,3=console,4=terminal,5=virtual,6=auxiliary
1.3.6.1.4.1.9.9.43.1.1.6.1.8 ccmHistoryEventTerminalUser
1.3.6.1.4.1.9.9.43.2.0.1 ciscoConfigManEvent
1.3.6.1.4.1.9.9.43.2.0.2 ccmCLIRunningConfigChanged
1.3.6.1.4.1.9.9.43.2.0.3 ccmCTIDRolledOver
1.3.6.1.4.1.9.9.106.1.2.1.1.15 cHsrpGrpStandbyState 1=initial,2=learn,3=listen,4=speak,5=standby,6=active
1.3.6.1.4.1.9.9.106.2.0.1 cHsrpStateChange
1.3.6.1.4.1.9.9.117.1.1.2.1.1 cefcFRUPowerAdminStatus 1=on,2=off,3=inlineAuto,4=inlineOn,5=powerCycle
1.3.6.1.4.1.9.9.117.1.1.2.1.2 cefcFRUPowerOperStatus 1=offEnvOther,2=on,3=offAdmin,4=offDenied,5=offEnvPower,6=offEnvTemp,7=offEnvFan,8=failed,9=onButFanFail,10=offCooling,11=offConnectorRating,12=onButInlinePowerFail
1.3.6.1.4.1.9.9.117.1.2.1.1.2 cefcModuleOperStatus 1=unknown,2=ok,3=disabled,4=okButDiagFailed,5=boot,6=selfTest,7=failed,8=missing,9=mismatchWithParent,10=mismatchConfig,11=diagFailed,12=dormant,13=outOfServiceAdmin,14=outOfServiceEnvTemp,15=poweredDown,16=poweredUp,17=powerDenied,18=powerCycled,19=okButPowerOverWarning,20=okButPowerOverCritical,21=syncInProgress,22=upgrading,23=okButAuthFailed,24=mdr,25=fwMismatchFound,26=fwDownloadSuccess,27=fwDownloadFailure
1.3.6.1.4.1.9.9.117.1.2.1.1.4 cefcModuleStatusLastChangeTime
1.3.6.1.4.1.9.9.117.1.2.1.1.9 cefcVmModuleOperStatus 1=down,2=up,3=unknown,4=goingDown
1.3.6.1.4.1.9.9.117.1.2.1.1.10 cefcVmModuleStatusLastChangeTime
1.3.6.1.4.1.9.9.117.1.4.1.1.1 cefcFanTrayOperStatus 1=unknown,2=up,3=down,4=warning
1.3.6.1.4.1.9.9.117.1.5.1.1.1 cefcPhysicalStatus 1=other,2=supported,3=unsupported,4=incompatible
1.3.6.1.4.1.9.9.117.1.6.2.1.2 cefcPSOutputModeCurrent
1.3.6.1.4.1.9.9.117.2.0.1 cefcModuleStatusChange
1.3.6.1.4.1.9.9.117.2.0.2 cefcPowerStatusChange
1.3.6.1.4.1.9.9.117.2.0.3 cefcFRUInserted
1.3.6.1.4.1.9.9.117.2.0.4 cefcFRURemoved
1.3.6.1.4.1.9.9.117.2.0.5 cefcUnrecognizedFRU
1.3.6.1.4.1.9.9.117.2.0.6 cefcFanTrayStatusChange
1.3.6.1.4.1.9.9.117.2.0.7 cefcPowerSupplyOutputChange
1.3.6.1.4.1.9.9.117.2.0.8 cefcVmModuleStatusChangeNotif
1.3.6.1.4.1.9.9.187.0.1 cbgpFsmStateChange
1.3.6.1.4.1.9.9.187.0.2 cbgpBackwardTransition
1.3.6.1.4.1.9.9.187.0.3 cbgpPrefixThresholdExceeded
1.3.6.1.4.1.9.9.187.0.4 cbgpPrefixThresholdClear
1.3.6.1.4.1.9.9.187.0.5 cbgpPeer2EstablishedNotification
1.3.6.1.4.1.9.9.187.0.6 cbgpPeer2BackwardTransNotification
1.3.6.1.4.1.9.9.187.0.7 cbgpPeer2FsmStateChange
1.3.6.1.4.1.9.9.187.0.8 cbgpPeer2BackwardTransition
1.3.6.1.4.1.9.9.187.0.9 cbgpPeer2PrefixThresholdExceeded
1.3.6.1.4.1.9.9.187.0.10 cbgpPeer2PrefixThresholdClear
1.3.6.1.4.1.9.9.187.1.2.1.1.7 cbgpPeerLastErrorTxt
1.3.6.1.4.1.9.9.187.1.2.1.1.8 cbgpPeerPrevState 0=none,1=idle,2=connect,3=active,4=opensent,5=openconfirm,6=established
1.3.6.1.4.1.9.9.187.1.2.4.1.3 cbgpPeerPrefixAdminLimit
1.3.6.1.4.1.9.9.187.1.2.4.1.4 cbgpPeerPrefixThreshold
1.3.6.1.4.1.9.9.187.1.2.4.1.5 cbgpPeerPrefixClearThreshold
1.3.6.1.4.1.9.9.187.1.2.5.1.3 cbgpPeer2State 1=idle,2=connect,3=active,4=opensent,5=openconfirm,6=established
1.3.6.1.4.1.9.9.187.1.2.5.1.17 cbgpPeer2LastError
1.3.6.1.4.1.9.9.187.1.2.5.1.28 cbgpPeer2LastErrorTxt
1.3.6.1.4.1.9.9.187.1.2.5.1.29 cbgpPeer2PrevState 0=none,1=idle,2=connect,3=active,4=opensent,5=openconfirm,6=established
1.3.6.1.4.1.9.9.187.1.2.8.1.3 cbgpPeer2PrefixAdminLimit
1.3.6.1.4.1.9.9.187.1.2.8.1.4 cbgpPeer2PrefixThreshold
1.3.6.1.4.1.9.9.187.1.2.8.1.5 cbgpPeer2PrefixClearThreshold
1.3.6.1.4.1.9.9.1002.0.1 ciscoSdwanBfdStateChange
1.3.6.1.4.1.9.9.1002.2.2 netconfNotificationSeverity
1.3.6.1.4.1.9.9.1002.2.3 ciscoSdwanBfdSourceIp
1.3.6.1.4.1.9.9.1002.2.4 ciscoSdwanBfdDestinationIp
1.3.6.1.4.1.9.9.1002.2.6 ciscoSdwanBfdSourcePort
1.3.6.1.4.1.9.9.1002.2.7 ciscoSdwanBfdDestinationPort
1.3.6.1.4.1.9.9.1002.2.8 ciscoSdwanBfdLocalSystemIp
1.3.6.1.4.1.9.9.1002.2.9 ciscoSdwanBfdLocalColor
1.3.6.1.4.1.9.9.1002.2.10 ciscoSdwanBfdRemoteSystemIp
1.3.6.1.4.1.9.9.1002.2.11 ciscoSdwanBfdRemoteColor
1.3.6.1.4.1.9.9.1002.2.12 ciscoSdwanBfdNewState
1.3.6.1.4.1.9.9.1002.2.13 ciscoSdwanBfdDeleted
1.3.6.1.4.1.9.9.1002.2.14 ciscoSdwanBfdFlapReason
1.3.6.1.4.1.9.9.1003.0.1 ciscoSdwanOmpOmpNumberOfVsmartsChange
1.3.6.1.4.1.9.9.1003.0.2 ciscoSdwanOmpOmpStateChange
1.3.6.1.4.1.9.9.1003.0.3 ciscoSdwanOmpOmpPeerStateChange
1.3.6.1.4.1.9.9.1003.0.4 ciscoSdwanOmpOmpPolicy
1.3.6.1.4.1.9.9.1003.2.2 netconfNotificationSeverity 1=critical,2=major,3=minor
1.3.6.1.4.1.9.9.1003.2.3 ciscoSdwanOmpNumberOfVsmarts
1.3.6.1.4.1.9.9.1003.2.4 ciscoSdwanOmpNewState 0=up,1=down
1.3.6.1.4.1.9.9.1003.2.5 ciscoSdwanOmpPeer
1.3.6.1.4.1.9.9.1003.2.6 ciscoSdwanOmpPeerNewState 0=invalid,1=init,2=handshake,3=up,4=down,5=init-in-gr,6=down-in-gr,7=handshake-in-gr,8=up-in-gr
1.3.6.1.4.1.9.9.1003.2.7 ciscoSdwanOmpPolicy 0=add,1=delete
1.3.6.1.4.1.9.9.1003.2.8 ciscoSdwanOmpVsmartPeer
1.3.6.1.4.1.9.9.1005.0.1 ciscoSdwanPolicySlaViolation
1.3.6.1.4.1.9.9.1005.0.2 ciscoSdwanPolicySlaViolationPktDrop
1.3.6.1.4.1.9.9.1005.0.3 ciscoSdwanPolicyDataPolicyAssociationStatus
1.3.6.1.4.1.9.9.1005.0.4 ciscoSdwanPolicyAccessListAssociationStatus
1.3.6.1.4.1.9.9.1005.2.2 netconfNotificationSeverity 1=critical,2=major,3=minor
1.3.6.1.4.1.9.9.1005.2.3 ciscoSdwanPolicyVpnId
1.3.6.1.4.1.9.9.1005.2.4 ciscoSdwanPolicyApplication
1.3.6.1.4.1.9.9.1005.2.5 ciscoSdwanPolicySourceIp
1.3.6.1.4.1.9.9.1005.2.6 ciscoSdwanPolicySourcePort
1.3.6.1.4.1.9.9.1005.2.7 ciscoSdwanPolicyDestinationIp
1.3.6.1.4.1.9.9.1005.2.8 ciscoSdwanPolicyDestinationPort
1.3.6.1.4.1.9.9.1005.2.9 ciscoSdwanPolicyProtocol
1.3.6.1.4.1.9.9.1005.2.10 ciscoSdwanPolicyDscp
1.3.6.1.4.1.9.9.1005.2.11 ciscoSdwanPolicySlaInformation
1.3.6.1.4.1.9.9.1005.2.12 ciscoSdwanPolicySlaStatus
1.3.6.1.4.1.9.9.1005.2.13 ciscoSdwanPolicyVpnListName
1.3.6.1.4.1.9.9.1005.2.14 ciscoSdwanPolicyName
1.3.6.1.4.1.9.9.1005.2.15 ciscoSdwanPolicyAccessListName
1.3.6.1.4.1.9.9.1005.2.16 ciscoSdwanPolicyStatus
1.3.6.1.4.1.9.9.1006.0.1 ciscoSdwanSecurityControlConnectionStateChange
1.3.6.1.4.1.9.9.1006.0.2 ciscoSdwanSecurityControlConnectionAuthFail
1.3.6.1.4.1.9.9.1006.0.3 ciscoSdwanSecurityControlConnectionTlocIpChange
1.3.6.1.4.1.9.9.1006.0.4 ciscoSdwanSecurityControlVbondStateChange
1.3.6.1.4.1.9.9.1006.0.5 ciscoSdwanSecurityControlNoActiveVsmart
1.3.6.1.4.1.9.9.1006.0.6 ciscoSdwanSecurityControlNoActiveVbond
1.3.6.1.4.1.9.9.1006.0.7 ciscoSdwanSecurityTunnelIpsecRekey
1.3.6.1.4.1.9.9.1006.0.8 ciscoSdwanSecurityTunnelIpsecManualRekey
1.3.6.1.4.1.9.9.1006.0.9 ciscoSdwanSecuritySecurityRootCertChainInstalled
1.3.6.1.4.1.9.9.1006.0.10 ciscoSdwanSecuritySecurityCertificateExpiring
1.3.6.1.4.1.9.9.1006.0.11 ciscoSdwanSecuritySecurityCertificateExpired
1.3.6.1.4.1.9.9.1006.0.12 ciscoSdwanSecuritySecurityCertificateInstalled
1.3.6.1.4.1.9.9.1006.0.13 ciscoSdwanSecuritySecurityNewCsrGenerated
1.3.6.1.4.1.9.9.1006.0.14 ciscoSdwanSecuritySecurityRootCertChainUninstalled
1.3.6.1.4.1.9.9.1006.0.15 ciscoSdwanSecuritySecurityClearInstalledCertificate
1.3.6.1.4.1.9.9.1006.0.16 ciscoSdwanSecuritySecurityVedgeSerialFileUploaded
1.3.6.1.4.1.9.9.1006.0.17 ciscoSdwanSecuritySecurityVsmartSerialFileUploaded
1.3.6.1.4.1.9.9.1006.0.18 ciscoSdwanSecuritySecurityVedgeEntryAdded
1.3.6.1.4.1.9.9.1006.0.19 ciscoSdwanSecuritySecurityVedgeEntryRemoved
1.3.6.1.4.1.9.9.1006.0.20 ciscoSdwanSecuritySecurityVsmartEntryAdded
1.3.6.1.4.1.9.9.1006.0.21 ciscoSdwanSecuritySecurityVsmartEntryRemoved
1.3.6.1.4.1.9.9.1006.0.23 ciscoSdwanSecurityVmanageConnectionPreferenceChanged
1.3.6.1.4.1.9.9.1006.0.24 ciscoSdwanSecurityVbondRejectVedgeConnection
1.3.6.1.4.1.9.9.1006.0.25 ciscoSdwanSecurityDeviceTemplateMissing
1.3.6.1.4.1.9.9.1006.0.26 ciscoSdwanSecurityDeviceTemplateAttachedDuringZtp
1.3.6.1.4.1.9.9.1006.2.2 netconfNotificationSeverity 1=critical,2=major,3=minor
1.3.6.1.4.1.9.9.1006.2.3 ciscoSdwanSecurityPersonality 0=unknown,1=vedge,2=vhub,3=vsmart,4=vbond,5=vmanage,6=ztp,7=vcontainer
1.3.6.1.4.1.9.9.1006.2.4 ciscoSdwanSecurityPeerType 0=unknown,1=vedge,2=vhub,3=vsmart,4=vbond,5=vmanage,6=ztp,7=vcontainer
1.3.6.1.4.1.9.9.1006.2.5 ciscoSdwanSecurityPeerSystemIp
1.3.6.1.4.1.9.9.1006.2.6 ciscoSdwanSecurityPeerVmanageSystemIp
1.3.6.1.4.1.9.9.1006.2.7 ciscoSdwanSecurityPublicIp
1.3.6.1.4.1.9.9.1006.2.8 ciscoSdwanSecurityPublicPort
1.3.6.1.4.1.9.9.1006.2.9 ciscoSdwanSecuritySrcColor 1=default,2=mpls,3=metro-ethernet,4=biz-internet,5=public-internet,6=lte,7=threeG,8=red,9=green,10=blue,11=gold,12=silver,13=bronze,14=custom1,15=custom2,16=custom3,17=private1,18=private2,19=private3,20=private4,21=private5,22=private6
1.3.6.1.4.1.9.9.1006.2.10 ciscoSdwanSecurityRemoteColor 1=default,2=mpls,3=metro-ethernet,4=biz-internet,5=public-internet,6=lte,7=threeG,8=red,9=green,10=blue,11=gold,12=silver,13=bronze,14=custom1,15=custom2,16=custom3,17=private1,18=private2,19=private3,20=private4,21=private5,22=private6
1.3.6.1.4.1.9.9.1006.2.11 ciscoSdwanSecurityUptime
1.3.6.1.4.1.9.9.1006.2.12 ciscoSdwanSecurityNewState 0=up,1=down
1.3.6.1.4.1.9.9.1006.2.13 ciscoSdwanSecurityLocalSystemIp
1.3.6.1.4.1.9.9.1006.2.14 ciscoSdwanSecurityLocalColor 1=default,2=mpls,3=metro-ethernet,4=biz-internet,5=public-internet,6=lte,7=threeG,8=red,9=green,10=blue,11=gold,12=silver,13=bronze,14=custom1,15=custom2,16=custom3,17=private1,18=private2,19=private3,20=private4,21=private5,22=private6
1.3.6.1.4.1.9.9.1006.2.15 ciscoSdwanSecurityReason
1.3.6.1.4.1.9.9.1006.2.16 ciscoSdwanSecurityOldPublicIp
1.3.6.1.4.1.9.9.1006.2.17 ciscoSdwanSecurityOldPublicPort
1.3.6.1.4.1.9.9.1006.2.18 ciscoSdwanSecurityNewPublicIp
1.3.6.1.4.1.9.9.1006.2.19 ciscoSdwanSecurityNewPublicPort
1.3.6.1.4.1.9.9.1006.2.20 ciscoSdwanSecurityColor 1=default,2=mpls,3=metro-ethernet,4=biz-internet,5=public-internet,6=lte,7=threeG,8=red,9=green,10=blue,11=gold,12=silver,13=bronze,14=custom1,15=custom2,16=custom3,17=private1,18=private2,19=private3,20=private4,21=private5,22=private6
1.3.6.1.4.1.9.9.1006.2.21 ciscoSdwanSecurityUuid
1.3.6.1.4.1.9.9.1006.2.22 ciscoSdwanSecuritySerial
1.3.6.1.4.1.9.9.1006.2.23 ciscoSdwanSecurityVmanageConnectionPreference
1.3.6.1.4.1.9.9.1006.2.24 ciscoSdwanSecurityOrganizationName
1.3.6.1.4.1.9.9.1006.2.25 ciscoSdwanSecuritySpOrganizationName
1.3.6.1.4.1.9.9.1006.2.26 ciscoSdwanSecurityCertificateType 1=web-server,2=enterprise,3=vmanage
1.3.6.1.4.1.9.9.1006.2.27 ciscoSdwanSecurityCertificateSerialNumber
1.3.6.1.4.1.9.9.1006.2.28 ciscoSdwanSecurityIssuer
1.3.6.1.4.1.9.9.1006.2.29 ciscoSdwanSecurityDaysToExpiry
1.3.6.1.4.1.9.10.137.0.1 ciscoBfdSessUp
1.3.6.1.4.1.9.10.137.0.2 ciscoBfdSessDown
1.3.6.1.4.1.9.10.137.1.2.1.8 ciscoBfdSessDiag 0=noDiagnostic,1=controlDetectionTimeExpired,2=echoFunctionFailed,3=neighborSignaledSessionDown,4=forwardingPlaneReset,5=pathDown,6=concatenatedPathDown,7=administrativelyDown,8=reverseConcatenatedPathDown
1.3.6.1.4.1.2636.3.1.8.1.1 jnxContentsContainerIndex
1.3.6.1.4.1.2636.3.1.8.1.2 jnxContentsL1Index
1.3.6.1.4.1.2636.3.1.8.1.3 jnxContentsL2Index
1.3.6.1.4.1.2636.3.1.8.1.4 jnxContentsL3Index
1.3.6.1.4.1.2636.3.1.8.1.6 jnxContentsDescr
1.3.6.1.4.1.2636.3.1.13.1.6 jnxOperatingState 1=unknown,2=running,3=ready,4=reset,5=runningAtFullSpeed,6=down,7=standby
1.3.6.1.4.1.2636.3.1.13.1.7 jnxOperatingTemp
1.3.6.1.4.1.2636.3.1.14.1.1 jnxRedundancyContentsIndex
1.3.6.1.4.1.2636.3.1.14.1.2 jnxRedundancyL1Index
1.3.6.1.4.1.2636.3.1.14.1.3 jnxRedundancyL2Index
1.3.6.1.4.1.2636.3.1.14.1.4 jnxRedundancyL3Index
1.3.6.1.4.1.2636.3.1.14.1.5 jnxRedundancyDescr
1.3.6.1.4.1.2636.3.1.14.1.6 jnxRedundancyConfig 1=unknown,2=master,3=backup,4=disabled,5=notApplicable
1.3.6.1.4.1.2636.3.1.14.1.7 jnxRedundancyState 1=unknown,2=master,3=backup,4=disabled
1.3.6.1.4.1.2636.3.1.14.1.8 jnxRedundancySwitchoverCount
1.3.6.1.4.1.2636.3.1.14.1.9 jnxRedundancySwitchoverTime
1.3.6.1.4.1.2636.3.1.14.1.10 jnxRedundancySwitchoverReason 1=other,2=neverSwitched,3=userSwitched,4=autoSwitched
1.3.6.1.4.1.2636.3.1.15.1.1 jnxFruContentsIndex
1.3.6.1.4.1.2636.3.1.15.1.2 jnxFruL1Index
1.3.6.1.4.1.2636.3.1.15.1.3 jnxFruL2Index
1.3.6.1.4.1.2636.3.1.15.1.4 jnxFruL3Index
1.3.6.1.4.1.2636.3.1.15.1.5 jnxFruName
1.3.6.1.4.1.2636.3.1.15.1.6 jnxFruType 1=other,2=clockGenerator,3=flexiblePicConcentrator,4=switchingAndForwardingModule,5=controlBoard,6=routingEngine,7=powerEntryModule,8=frontPanelModule,9=switchInterfaceBoard,10=processorMezzanineBoardForSIB,11=portInterfaceCard,12=craftInterfacePanel,13=fan,14=lineCardChassis,15=forwardingEngineBoard,16=protectedSystemDomain,17=powerDistributionUnit,18=powerSupplyModule,19=switchFabricBoard,20=adapterCard
1.3.6.1.4.1.2636.3.1.15.1.7 jnxFruSlot
1.3.6.1.4.1.2636.3.1.15.1.10 jnxFruOfflineReason
1.3.6.1.4.1.2636.3.1.15.1.11 jnxFruLastPowerOff
1.3.6.1.4.1.2636.3.1.15.1.12 jnxFruLastPowerOn
1.3.6.1.4.1.2636.3.7.1.2.1.7 jnxPingCtlRttThreshold
1.3.6.1.4.1.2636.3.7.1.2.1.8 jnxPingCtlRttStdDevThreshold
1.3.6.1.4.1.2636.3.7.1.2.1.9 jnxPingCtlRttJitterThreshold
1.3.6.1.4.1.2636.3.7.1.2.1.10 jnxPingCtlEgressTimeThreshold
1.3.6.1.4.1.2636.3.7.1.2.1.11 jnxPingCtlEgressStdDevThreshold
1.3.6.1.4.1.2636.3.7.1.2.1.12 jnxPingCtlEgressJitterThreshold
1.3.6.1.4.1.2636.3.7.1.2.1.13 jnxPingCtlIngressTimeThreshold
1.3.6.1.4.1.2636.3.7.1.2.1.14 jnxPingCtlIngressStddevThreshold
1.3.6.1.4.1.2636.3.7.1.2.1.15 jnxPingCtlIngressJitterThreshold
1.3.6.1.4.1.2636.3.7.1.3.1.1 jnxPingResultsRttUs
1.3.6.1.4.1.2636.3.7.1.3.1.3 jnxPingResultsMinRttUs
1.3.6.1.4.1.2636.3.7.1.3.1.4 jnxPingResultsMaxRttUs
1.3.6.1.4.1.2636.3.7.1.3.1.5 jnxPingResultsAvgRttUs
1.3.6.1.4.1.2636.3.7.1.3.1.6 jnxPingResultsStdDevRttUs
1.3.6.1.4.1.2636.3.7.1.3.1.7 jnxPingResultsEgressUs
1.3.6.1.4.1.2636.3.7.1.3.1.8 jnxPingResultsMinEgressUs
1.3.6.1.4.1.2636.3.7.1.3.1.9 jnxPingResultsMaxEgressUs
1.3.6.1.4.1.2636.3.7.1.3.1.10 jnxPingResultsAvgEgressUs
1.3.6.1.4.1.2636.3.7.1.3.1.11 jnxPingResultsStddevEgressUs
1.3.6.1.4.1.2636.3.7.1.3.1.12 jnxPingResultsIngressUs
1.3.6.1.4.1.2636.3.7.1.3.1.13 jnxPingResultsMinIngressUs
1.3.6.1.4.1.2636.3.7.1.3.1.14 jnxPingResultsMaxIngressUs
1.3.6.1.4.1.2636.3.7.1.3.1.15 jnxPingResultsAvgIngressUs
1.3.6.1.4.1.2636.3.7.1.3.1.16 jnxPingResultsStddevIngressUs
1.3.6.1.4.1.2636.4.1.1 jnxPowerSupplyFailure
1.3.6.1.4.1.2636.4.1.2 jnxFanFailure
1.3.6.1.4.1.2636.4.1.3 jnxOverTemperature
1.3.6.1.4.1.2636.4.1.4 jnxRedundancySwitchover
1.3.6.1.4.1.2636.4.1.5 jnxFruRemoval
1.3.6.1.4.1.2636.4.1.6 jnxFruInsertion
1.3.6.1.4.1.2636.4.1.7 jnxFruPowerOff
1.3.6.1.4.1.2636.4.1.8 jnxFruPowerOn
1.3.6.1.4.1.2636.4.1.9 jnxFruFailed
1.3.6.1.4.1.2636.4.1.10 jnxFruOffline
1.3.6.1.4.1.2636.4.1.11 jnxFruOnline
1.3.6.1.4.1.2636.4.1.12 jnxFruCheck
1.3.6.1.4.1.2636.4.1.13 jnxFEBSwitchover
1.3.6.1.4.1.2636.4.1.14 jnxHardDiskFailed
1.3.6.1.4.1.2636.4.1.15 jnxHardDiskMissing
1.3.6.1.4.1.2636.4.1.16 jnxBootFromBackup
1.3.6.1.4.1.2636.4.1.17 jnxFmLinkErr
1.3.6.1.4.1.2636.4.1.18 jnxFmCellDropErr
1.3.6.1.4.1.2636.4.1.19 jnxExtSrcLockLost
1.3.6.1.4.1.2636.4.1.20 jnxPlaneOffline
1.3.6.1.4.1.2636.4.1.21 jnxPlaneOnline
1.3.6.1.4.1.2636.4.1.22 jnxPlaneCheck
1.3.6.1.4.1.2636.4.1.23 jnxPlaneFault
1.3.6.1.4.1.2636.4.1.24 jnxPowerSupplyInputFailure
1.3.6.1.4.1.2636.4.1.25 jnxFmAsicErr
1.3.6.1.4.1.2636.4.1.26 jnxMountVarOffHardDiskFailed
1.3.6.1.4.1.2636.4.1.27 jnxFmHealthChkErr
1.3.6.1.4.1.2636.4.2.1 jnxPowerSupplyOK
1.3.6.1.4.1.2636.4.2.2 jnxFanOK
1.3.6.1.4.1.2636.4.2.3 jnxTemperatureOK
1.3.6.1.4.1.2636.4.2.4 jnxFruOK
1.3.6.1.4.1.2636.4.2.5 jnxExtSrcLockAcquired
1.3.6.1.4.1.2636.4.2.6 jnxHardDiskOK
1.3.6.1.4.1.2636.4.2.7 jnxPowerSupplyInputOK
1.3.6.1.4.1.2636.4.9.0.1 jnxPingRttThresholdExceeded
1.3.6.1.4.1.2636.4.9.0.2 jnxPingRttStdDevThresholdExceeded
1.3.6.1.4.1.2636.4.9.0.3 jnxPingRttJitterThresholdExceeded
1.3.6.1.4.1.2636.4.9.0.4 jnxPingEgressThresholdExceeded
1.3.6.1.4.1.2636.4.9.0.5 jnxPingEgressStdDevThresholdExceeded
1.3.6.1.4.1.2636.4.9.0.6 jnxPingEgressJitterThresholdExceeded
1.3.6.1.4.1.2636.4.9.0.7 jnxPingIngressThresholdExceeded
1.3.6.1.4.1.2636.4.9.0.8 jnxPingIngressStddevThresholdExceeded
1.3.6.1.4.1.2636.4.9.0.9 jnxPingIngressJitterThresholdExceeded
1.3.6.1.4.1.12356.100.1.1.1 fnSysSerial
1.3.6.1.4.1.12356.100.1.3.0.101 fnTrapCpuThreshold
1.3.6.1.4.1.12356.100.1.3.0.102 fnTrapMemThreshold
1.3.6.1.4.1.12356.100.1.3.0.103 fnTrapLogDiskThreshold
1.3.6.1.4.1.12356.100.1.3.0.104 fnTrapTempHigh
1.3.6.1.4.1.12356.100.1.3.0.105 fnTrapVoltageOutOfRange
1.3.6.1.4.1.12356.100.1.3.0.106 fnTrapPowerSupplyFailure
1.3.6.1.4.1.12356.100.1.3.0.107 fnTrapAmcIfBypassMode
1.3.6.1.4.1.12356.100.1.3.0.108 fnTrapFanFailure
1.3.6.1.4.1.12356.100.1.3.0.109 fnTrapIfEnterBypassMode
1.3.6.1.4.1.12356.100.1.3.0.110 fnTrapIfExitBypassMode
1.3.6.1.4.1.12356.100.1.3.0.111 fnTrapSecurityLevelChange
1.3.6.1.4.1.12356.100.1.3.0.201 fnTrapIpChange
1.3.6.1.4.1.12356.100.1.3.0.999 fnTrapTest
1.3.6.1.4.1.12356.100.1.3.1.1 fnGenTrapMsg
1.3.6.1.4.1.12356.101.2.0.301 fgTrapVpnTunUp
1.3.6.1.4.1.12356.101.2.0.302 fgTrapVpnTunDown
1.3.6.1.4.1.12356.101.2.0.401 fgTrapHaSwitch
1.3.6.1.4.1.12356.101.2.0.402 fgTrapHaStateChange
1.3.6.1.4.1.12356.101.2.0.403 fgTrapHaHBFail
1.3.6.1.4.1.12356.101.2.0.404 fgTrapHaMemberDown
1.3.6.1.4.1.12356.101.2.0.405 fgTrapHaMemberUp
1.3.6.1.4.1.12356.101.2.0.503 fgTrapIpsSignature
1.3.6.1.4.1.12356.101.2.0.504 fgTrapIpsAnomaly
1.3.6.1.4.1.12356.101.2.0.505 fgTrapIpsPkgUpdate
1.3.6.1.4.1.12356.101.2.0.506 fgTrapIpsFailOpen
1.3.6.1.4.1.12356.101.2.0.601 fgTrapAvVirus
1.3.6.1.4.1.12356.101.2.0.602 fgTrapAvOversize
1.3.6.1.4.1.12356.101.2.0.603 fgTrapAvPattern
1.3.6.1.4.1.12356.101.2.0.604 fgTrapAvFragmented
1.3.6.1.4.1.12356.101.2.0.605 fgTrapAvEnterConserve
1.3.6.1.4.1.12356.101.2.0.606 fgTrapAvBypass
1.3.6.1.4.1.12356.101.2.0.607 fgTrapAvOversizePass
1.3.6.1.4.1.12356.101.2.0.608 fgTrapAvOversizeBlock
1.3.6.1.4.1.12356.101.2.0.701 fgTrapFazDisconnect
1.3.6.1.4.1.12356.101.2.0.801 fgTrapWcApUp
1.3.6.1.4.1.12356.101.2.0.802 fgTrapWcApDown
1.3.6.1.4.1.12356.101.2.0.901 fgTrapFcSwUp
1.3.6.1.4.1.12356.101.2.0.902 fgTrapFcSwDown
1.3.6.1.4.1.12356.101.2.0.1101 fgTrapServerLoadBalanceRealServerDown
1.3.6.1.4.1.12356.101.2.0.1102 fgTrapPerCpuHigh
1.3.6.1.4.1.12356.101.2.0.1201 fgTrapDeviceNew
1.3.6.1.4.1.12356.101.2.0.1301 fgTrapDhcp
1.3.6.1.4.1.12356.101.2.0.1401 fgTrapPoolUsage
1.3.6.1.4.1.12356.101.3.2.1.1.1 fgVdEntIndex
1.3.6.1.4.1.12356.101.3.2.1.1.2 fgVdEntName
1.3.6.1.4.1.12356.101.4.4.4.1 fgPerCpuHighDetails
1.3.6.1.4.1.12356.101.5.3.2.1.1.1 fgFwIppStatsName
1.3.6.1.4.1.12356.101.5.3.2.1.1.14 fgFwIppStatsGroupName
1.3.6.1.4.1.12356.101.5.3.3.1 fgFwIppTrapType 1=raise,2=clear
1.3.6.1.4.1.12356.101.5.3.3.2 fgFwTrapPoolUtilization
1.3.6.1.4.1.12356.101.5.3.3.3 fgFwIppTrapPoolProto
1.3.6.1.4.1.12356.101.6.0.1000 fgFmTrapDeployComplete
1.3.6.1.4.1.12356.101.6.0.1002 fgFmTrapDeployInProgress
1.3.6.1.4.1.12356.101.6.0.1003 fgFmTrapConfChange
1.3.6.1.4.1.12356.101.6.0.1004 fgFmTrapIfChange
1.3.6.1.4.1.12356.101.6.2.1 fgManIfIp
1.3.6.1.4.1.12356.101.6.2.2 fgManIfMask
1.3.6.1.4.1.12356.101.6.2.3 fgManIfIp6
1.3.6.1.4.1.12356.101.8.3.1 fgAvTrapVirName
1.3.6.1.4.1.12356.101.9.3.1 fgIpsTrapSigId
1.3.6.1.4.1.12356.101.9.3.2 fgIpsTrapSrcIp
1.3.6.1.4.1.12356.101.9.3.3 fgIpsTrapSigMsg
1.3.6.1.4.1.12356.101.12.3.2 fgVpnTrapLocalGateway
1.3.6.1.4.1.12356.101.12.3.3 fgVpnTrapRemoteGateway
1.3.6.1.4.1.12356.101.12.3.4 fgVpnTrapPhase1Name
1.3.6.1.4.1.12356.101.14.1.1 fgWcApVdom
1.3.6.1.4.1.12356.101.14.1.2 fgWcApSerial
1.3.6.1.4.1.12356.101.14.1.3 fgWcApName
1.3.6.1.4.1.12356.101.15.1.1 fgFcSwVdom
1.3.6.1.4.1.12356.101.15.1.2 fgFcSwSerial
1.3.6.1.4.1.12356.101.15.1.3 fgFcSwName
1.3.6.1.4.1.12356.101.16.1.1 fgServerLoadBalanceRealServerAddress
1.3.6.1.4.1.12356.101.16.1.2 fgServerLoadBalanceVirtualServerName
1.3.6.1.4.1.12356.101.16.1.3 fgServerLoadBalanceRealServerAddress6
1.3.6.1.4.1.12356.101.18.1.1 fgDeviceMacAddress
1.3.6.1.4.1.12356.101.18.1.2 fgDeviceCreated
1.3.6.1.4.1.12356.101.18.1.3 fgDeviceLastSeen
1.3.6.1.4.1.12356.101.23.3.1 fgDhcpTrapType 1=runOutOfIPPool,2=conflictIP,3=receivedNAK
1.3.6.1.4.1.12356.101.23.3.2 fgDhcpTrapMessage
1.3.6.1.4.1.12356.101.23.3.3 fgDhcpServerId
1.3.6.1.4.1.23867.3.1.1.2.1.1.3 spsActiveAlarmSeverity 0=info,1=warning,2=minor,3=major,4=critical,5=cleared,6=acknowledged,7=unacknowledged,8=indeterminate
1.3.6.1.4.1.23867.3.1.1.2.1.1.5 spsActiveAlarmDescr
1.3.6.1.4.1.23867.3.1.1.2.1.1.6 spsActiveAlarmSource
1.3.6.1.4.1.23867.4.1.1 spsNotifyAlarm
1.3.6.1.4.1.29671.1.1.1 organizationName
1.3.6.1.4.1.29671.1.1.2.1.2 networkName
1.3.6.1.4.1.29671.1.1.2.1.3 networkAdmin
1.3.6.1.4.1.29671.1.1.2.1.4 vpnPeer
1.3.6.1.4.1.29671.1.1.3.1.3 ssidName
1.3.6.1.4.1.29671.1.1.3.1.4 userName
1.3.6.1.4.1.29671.1.1.3.1.5 userEmail
1.3.6.1.4.1.29671.1.1.3.1.6 radiusServerIp
1.3.6.1.4.1.29671.1.1.4.1.1 devMac
1.3.6.1.4.1.29671.1.1.4.1.3 devStatus 0=offline,1=online
1.3.6.1.4.1.29671.1.1.4.1.12 devLanIp
1.3.6.1.4.1.29671.1.1.4.1.13 devSubnet
1.3.6.1.4.1.29671.1.1.5.1.3 devInterfaceName
1.3.6.1.4.1.29671.1.1.5.1.8 devInterfaceModel
1.3.6.1.4.1.29671.1.1.5.1.9 devInterfaceCarrier
1.3.6.1.4.1.29671.1.1.5.1.10 devInterfaceDescription
1.3.6.1.4.1.29671.1.1.5.1.11 devInterfacePortDescription
1.3.6.1.4.1.29671.1.1.6.1.2 vlanNumber
1.3.6.1.4.1.29671.1.1.7.1 testTrap
1.3.6.1.4.1.29671.1.1.7.2 deviceGoesDownTrap
1.3.6.1.4.1.29671.1.1.7.3 deviceComesOnline
1.3.6.1.4.1.29671.1.1.7.4 foreignAPDetected
1.3.6.1.4.1.29671.1.1.7.5 cellularNetworkUp
1.3.6.1.4.1.29671.1.1.7.6 cellularNetworkDown
1.3.6.1.4.1.29671.1.1.7.7 newDhcpServerAlert
1.3.6.1.4.1.29671.1.1.7.8 noDhcpLeases
1.3.6.1.4.1.29671.1.1.7.9 uplinkStatusChanged
1.3.6.1.4.1.29671.1.1.7.10 unreachableDevicesDetected
1.3.6.1.4.1.29671.1.1.7.11 upcomingFirewallInformationChanges
1.3.6.1.4.1.29671.1.1.7.12 gatewayToRepeater
1.3.6.1.4.1.29671.1.1.7.13 ipConflict
1.3.6.1.4.1.29671.1.1.7.14 newSplashSignup
1.3.6.1.4.1.29671.1.1.7.15 portCableError
1.3.6.1.4.1.29671.1.1.7.16 portConnected
1.3.6.1.4.1.29671.1.1.7.17 portDisconnected
1.3.6.1.4.1.29671.1.1.7.18 portSpeedChange
1.3.6.1.4.1.29671.1.1.7.19 rogueDhcpServer
1.3.6.1.4.1.29671.1.1.7.20 settingsChanged
1.3.6.1.4.1.29671.1.1.7.21 unreachableRadiusServer
1.3.6.1.4.1.29671.1.1.7.22 vpnConnectivityChange
1.3.6.1.4.1.29671.1.1.7.23 vpnFailoverDetected
1.3.6.1.4.1.41916.100.1.1 eventTime
1.3.6.1.4.1.41916.100.1.2 netconfNotificationSeverity 1=critical,2=major,3=minor
1.3.6.1.4.1.41916.100.1.3 viptelaActionsRebootReason
1.3.6.1.4.1.41916.100.1.4 viptelaBfdSrcIp
1.3.6.1.4.1.41916.100.1.5 viptelaBfdDstIp
1.3.6.1.4.1.41916.100.1.6 viptelaBfdProto 1=gre,2=ipsec
1.3.6.1.4.1.41916.100.1.7 viptelaBfdSrcPort
1.3.6.1.4.1.41916.100.1.8 viptelaBfdDstPort
1.3.6.1.4.1.41916.100.1.9 viptelaBfdLocalSystemIp
1.3.6.1.4.1.41916.100.1.10 viptelaBfdLocalColor
1.3.6.1.4.1.41916.100.1.11 viptelaBfdRemoteSystemIp
1.3.6.1.4.1.41916.100.1.12 viptelaBfdRemoteColor
1.3.6.1.4.1.41916.100.1.13 viptelaBfdNewState 0=up,1=down
1.3.6.1.4.1.41916.100.1.14 viptelaHardwareNewState 0=oK,1=failed
1.3.6.1.4.1.41916.100.1.15 viptelaHardwareHwSensorType 0=board,1=cPU-Junction,2=dRAM,3=pIM
1.3.6.1.4.1.41916.100.1.16 viptelaHardwareHwDevIndex
1.3.6.1.4.1.41916.100.1.17 viptelaHardwareName
1.3.6.1.4.1.41916.100.1.18 viptelaHardwareTemp
1.3.6.1.4.1.41916.100.1.19 viptelaHardwareFantrayId
1.3.6.1.4.1.41916.100.1.20 viptelaHardwareFanId
1.3.6.1.4.1.41916.100.1.21 viptelaHardwarePemId
1.3.6.1.4.1.41916.100.1.22 viptelaHardwarePimId
1.3.6.1.4.1.41916.100.1.23 viptelaHardwareSfpName
1.3.6.1.4.1.41916.100.1.24 viptelaHardwareUsbSlot
1.3.6.1.4.1.41916.100.1.25 viptelaOmpNumberOfVsmarts
1.3.6.1.4.1.41916.100.1.26 viptelaOmpNewState 0=up,1=down
1.3.6.1.4.1.41916.100.1.27 viptelaOmpPeer
1.3.6.1.4.1.41916.100.1.28 viptelaOmpPeerNewState 0=invalid,1=init,2=handshake,3=up,4=down,5=init-in-gr,6=down-in-gr,7=handshake-in-gr
1.3.6.1.4.1.41916.100.1.29 viptelaOmpOmpAddressFamily 0=tloc-ipv4,1=tloc-ipv6,2=service,3=route-ipv4,4=route-ipv6,5=mcast-ipv4,6=mcast-ipv6
1.3.6.1.4.1.41916.100.1.30 viptelaOmpPolicy 0=add,1=delete
1.3.6.1.4.1.41916.100.1.31 viptelaOmpVsmartPeer
1.3.6.1.4.1.41916.100.1.32 viptelaSecurityPeerType 0=unknown,1=vedge,2=vhub,3=vsmart,4=vbond,5=vmanage,6=ztp,7=vcontainer
1.3.6.1.4.1.41916.100.1.33 viptelaSecurityPeerSystemIp
1.3.6.1.4.1.41916.100.1.34 viptelaSecurityPublicIp
1.3.6.1.4.1.41916.100.1.35 viptelaSecurityPublicPort
1.3.6.1.4.1.41916.100.1.36 viptelaSecuritySrcColor 1=default,2=mpls,3=metro-ethernet,4=biz-internet,5=public-internet,6=lte,7=threeG,8=red,9=green,10=blue,11=gold,12=silver,13=bronze,14=custom1,15=custom2,16=custom3,17=private1,18=private2,19=private3,20=private4,21=private5,22=private6
1.3.6.1.4.1.41916.100.1.37 viptelaSecurityRemoteColor 1=default,2=mpls,3=metro-ethernet,4=biz-internet,5=public-internet,6=lte,7=threeG,8=red,9=green,10=blue,11=gold,12=silver,13=bronze,14=custom1,15=custom2,16=custom3,17=private1,18=private2,19=private3,20=private4,21=private5,22=private6
1.3.6.1.4.1.41916.100.1.38 viptelaSecurityUptime
1.3.6.1.4.1.41916.100.1.39 viptelaSecurityNewState 0=up,1=down
1.3.6.1.4.1.41916.100.1.40 viptelaSecurityLocalSystemIp
1.3.6.1.4.1.41916.100.1.41 viptelaSecurityLocalColor 1=default,2=mpls,3=metro-ethernet,4=biz-internet,5=public-internet,6=lte,7=threeG,8=red,9=green,10=blue,11=gold,12=silver,13=bronze,14=custom1,15=custom2,16=custom3,17=private1,18=private2,19=private3,20=private4,21=private5,22=private6
1.3.6.1.4.1.41916.100.1.42 viptelaSecurityReason
1.3.6.1.4.1.41916.100.1.43 viptelaSecurityOldPublicIp
1.3.6.1.4.1.41916.100.1.44 viptelaSecurityOldPublicPort
1.3.6.1.4.1.41916.100.1.45 viptelaSecurityNewPublicIp
1.3.6.1.4.1.41916.100.1.46 viptelaSecurityNewPublicPort
1.3.6.1.4.1.41916.100.1.47 viptelaSecurityColor 1=default,2=mpls,3=metro-ethernet,4=biz-internet,5=public-internet,6=lte,7=threeG,8=red,9=green,10=blue,11=gold,12=silver,13=bronze,14=custom1,15=custom2,16=custom3,17=private1,18=private2,19=private3,20=private4,21=private5,22=private6
1.3.6.1.4.1.41916.100.1.48 viptelaSecurityPersonality 0=unknown,1=vedge,2=vhub,3=vsmart,4=vbond,5=vmanage,6=ztp,7=vcontainer
1.3.6.1.4.1.41916.100.1.49 viptelaSecurityUuid
1.3.6.1.4.1.41916.100.1.50 viptelaSecuritySerial
1.3.6.1.4.1.41916.100.1.51 viptelaSystemProcessName
1.3.6.1.4.1.41916.100.1.52 viptelaSystemProcessId
1.3.6.1.4.1.41916.100.1.53 viptelaSystemReason
1.3.6.1.4.1.41916.100.1.54 viptelaSystemWarning
1.3.6.1.4.1.41916.100.1.55 viptelaSystemTotalMb
1.3.6.1.4.1.41916.100.1.56 viptelaSystemFreeMb
1.3.6.1.4.1.41916.100.1.57 viptelaSystemOldSiteId
1.3.6.1.4.1.41916.100.1.58 viptelaSystemNewSiteId
1.3.6.1.4.1.41916.100.1.59 viptelaSystemOldDomainId
1.3.6.1.4.1.41916.100.1.60 viptelaSystemNewDomainId
1.3.6.1.4.1.41916.100.1.61 viptelaSystemOldSystemIp
1.3.6.1.4.1.41916.100.1.62 viptelaSystemNewSystemIp
1.3.6.1.4.1.41916.100.1.63 viptelaSystemOldOrganizationName
1.3.6.1.4.1.41916.100.1.64 viptelaSystemNewOrganizationName
1.3.6.1.4.1.41916.100.1.65 viptelaSystemUserName
1.3.6.1.4.1.41916.100.1.66 viptelaSystemUserId
1.3.6.1.4.1.41916.100.1.67 viptelaVpnVpnId
1.3.6.1.4.1.41916.100.1.68 viptelaVpnPeer
1.3.6.1.4.1.41916.100.1.69 viptelaVpnBgpNewState 0=idle,1=connect,2=active,3=opensent,4=openconfirm,5=established,6=clearing,7=deleted
1.3.6.1.4.1.41916.100.1.70 viptelaVpnLocalAddress
1.3.6.1.4.1.41916.100.1.71 viptelaVpnLocalRouterid
1.3.6.1.4.1.41916.100.1.72 viptelaVpnPeerRouterid
1.3.6.1.4.1.41916.100.1.73 viptelaVpnIfName
1.3.6.1.4.1.41916.100.1.74 viptelaVpnNewState 0=up,1=down
1.3.6.1.4.1.41916.100.1.75 viptelaVpnGrpId
1.3.6.1.4.1.41916.100.1.76 viptelaVpnIpPrefix
1.3.6.1.4.1.41916.100.1.77 viptelaVpnFailureReason
1.3.6.1.4.1.41916.100.1.78 viptelaVpnFarEndSystemIp
1.3.6.1.4.1.41916.100.1.79 viptelaVpnFarEndColor 1=default,2=mpls,3=metro-ethernet,4=biz-internet,5=public-internet,6=lte,7=threeG,8=red,9=green,10=blue,11=gold,12=silver,13=bronze,14=custom1,15=custom2,16=custom3,17=private1,18=private2,19=private3,20=private4,21=private5,22=private6
1.3.6.1.4.1.41916.100.1.80 viptelaVpnClientMac
1.3.6.1.4.1.41916.100.1.81 viptelaVpnIp
1.3.6.1.4.1.41916.100.1.82 viptelaVpnReason
1.3.6.1.4.1.41916.100.1.83 viptelaVpnState 0=up,1=down
1.3.6.1.4.1.41916.100.1.84 viptelaVpnNeighbor
1.3.6.1.4.1.41916.100.1.85 viptelaVpnPimNewState 1=dOWN,2=uP
1.3.6.1.4.1.41916.100.1.86 viptelaVpnInterface
1.3.6.1.4.1.41916.100.1.87 viptelaVpnTunnelAddress
1.3.6.1.4.1.41916.100.1.88 viptelaVpnRouterId
1.3.6.1.4.1.41916.100.1.89 viptelaVpnOspfNewState 0=full,1=deleted,2=depend-upon,3=down,4=attempt,5=init,6=two-way,7=exstart,8=exchange,9=loading
1.3.6.1.4.1.41916.100.1.90 viptelaVpnIfAddr
1.3.6.1.4.1.41916.100.1.91 viptelaVpnOspfInterfaceNewState 0=if-depend-upon,1=if-down,2=if-loopback,3=if-waiting,4=if-point-to-point,5=if-dr-other,6=if-backup,7=if-dr
1.3.6.1.4.1.41916.100.1.92 viptelaVpnVrrpGroupState 1=init,2=backup,3=master
1.3.6.1.4.1.41916.100.1.93 viptelaSystemStatusStr
1.3.6.1.4.1.41916.100.1.94 viptelaAppRouteSrcIp
1.3.6.1.4.1.41916.100.1.95 viptelaAppRouteDstIp
1.3.6.1.4.1.41916.100.1.96 viptelaAppRouteProto 1=gre,2=ipsec
1.3.6.1.4.1.41916.100.1.97 viptelaAppRouteSrcPort
1.3.6.1.4.1.41916.100.1.98 viptelaAppRouteDstPort
1.3.6.1.4.1.41916.100.1.99 viptelaAppRouteLocalSystemIp
1.3.6.1.4.1.41916.100.1.100 viptelaAppRouteLocalColor
1.3.6.1.4.1.41916.100.1.101 viptelaAppRouteRemoteSystemIp
1.3.6.1.4.1.41916.100.1.102 viptelaAppRouteRemoteColor
1.3.6.1.4.1.41916.100.1.103 viptelaAppRouteMeanLoss
1.3.6.1.4.1.41916.100.1.104 viptelaAppRouteMeanLatency
1.3.6.1.4.1.41916.100.1.105 viptelaAppRouteSlaClasses
1.3.6.1.4.1.41916.100.1.106 viptelaActionsStatus 2=download-start,3=download-complete,4=verification-complete,5=upgrade-apply-complete,6=sync-partition-start,7=sync-partition-complete,8=install-complete,9=install-fail,10=reboot
1.3.6.1.4.1.41916.100.1.107 viptelaActionsInstallId
1.3.6.1.4.1.41916.100.1.108 viptelaActionsMessage
1.3.6.1.4.1.41916.100.1.109 viptelaVpnOperState 1=dOWN,2=uP
1.3.6.1.4.1.41916.100.1.110 viptelaVpnAdminState 1=disable,2=enable
1.3.6.1.4.1.41916.100.1.111 viptelaVpnAddressFamilyType 0=ipv4,1=ipv6
1.3.6.1.4.1.41916.100.1.112 viptelaVpnFibLastUpdateTime
1.3.6.1.4.1.41916.100.1.113 viptelaBridgeId
1.3.6.1.4.1.41916.100.1.114 viptelaNumMacs
1.3.6.1.4.1.41916.100.1.115 viptelaPolicyVpnId
1.3.6.1.4.1.41916.100.1.116 viptelaPolicyApplication
1.3.6.1.4.1.41916.100.1.117 viptelaPolicySourceIp
1.3.6.1.4.1.41916.100.1.118 viptelaPolicySourcePort
1.3.6.1.4.1.41916.100.1.119 viptelaPolicyDestinationIp
1.3.6.1.4.1.41916.100.1.120 viptelaPolicyDestinationPort
1.3.6.1.4.1.41916.100.1.121 viptelaPolicyProtocol
1.3.6.1.4.1.41916.100.1.122 viptelaPolicyDscp
1.3.6.1.4.1.41916.100.1.123 viptelaPolicySlaInformation
1.3.6.1.4.1.41916.100.1.124 viptelaPolicySlaStatus
1.3.6.1.4.1.41916.100.1.125 viptelaSystemDpiOutOfMemoryState 1=true,2=false
1.3.6.1.4.1.41916.100.1.126 viptelaBfdDeleted 0=false,1=true
1.3.6.1.4.1.41916.100.1.127 viptelaSecurityGreOldOperState 0=up,1=down
1.3.6.1.4.1.41916.100.1.128 viptelaSecurityGreNewOperState 0=up,1=down
1.3.6.1.4.1.41916.100.1.129 viptelaSecurityGreIfName
1.3.6.1.4.1.41916.100.1.130 viptelaSecurityGreVpnId
1.3.6.1.4.1.41916.100.1.131 viptelaSecurityGreTunnelSource
1.3.6.1.4.1.41916.100.1.132 viptelaSecurityGreTunnelDestination
1.3.6.1.4.1.41916.100.1.133 viptelaSecurityGreGreIp
1.3.6.1.4.1.41916.100.1.134 viptelaVpnIfCfgBwKbps
1.3.6.1.4.1.41916.100.1.135 viptelaVpnTrafficDirection 0=downstream,1=upstream
1.3.6.1.4.1.41916.100.1.136 viptelaVpnDuration
1.3.6.1.4.1.41916.100.1.137 viptelaAppRouteMeanJitter
1.3.6.1.4.1.41916.100.1.138 viptelaVpnPimEnabled 1=true,2=false
1.3.6.1.4.1.41916.100.1.139 viptelaSystemRemoteHost
1.3.6.1.4.1.41916.100.1.140 viptelaPolicyVpnListName
1.3.6.1.4.1.41916.100.1.141 viptelaPolicyName
1.3.6.1.4.1.41916.100.1.142 viptelaPolicyAccessListName
1.3.6.1.4.1.41916.100.1.143 viptelaPolicyStatus
1.3.6.1.4.1.41916.100.1.144 viptelaSecurityVmanageConnectionPreference
1.3.6.1.4.1.41916.100.1.145 viptelaHardwareSensorNewState 0=green,1=yellow,2=red
1.3.6.1.4.1.41916.100.1.146 viptelaCloudExpressApplication 1=salesforce,2=office365,3=amazonAws,4=oracle,6=boxNet,7=dropbox,9=intuit,10=concur,11=sugarCrm,12=zohoCrm,13=zendesk,14=gotomeeting,16=googleApps
1.3.6.1.4.1.41916.100.1.147 viptelaCloudExpressExitType 1=gateway,2=local,3=uncomputed,4=none
1.3.6.1.4.1.41916.100.1.148 viptelaGatewayIp
1.3.6.1.4.1.41916.100.1.149 viptelaAppLatency
1.3.6.1.4.1.41916.100.1.150 viptelaAppLoss
1.3.6.1.4.1.41916.100.1.151 viptelaWwanSimSlot
1.3.6.1.4.1.41916.100.1.152 viptelaWwanSimState 0=not-present,1=present,2=error
1.3.6.1.4.1.41916.100.1.153 viptelaAppRouteOldSlaClasses
1.3.6.1.4.1.41916.100.1.154 viptelaVpnNewAdminState 0=up,1=down
1.3.6.1.4.1.41916.100.1.155 viptelaWwanDomainState 0=unknown,1=attached,2=detached
1.3.6.1.4.1.41916.100.1.156 viptelaWwanRegState 0=not-registered,1=registered,2=searching,3=registration-denied,4=unknown
1.3.6.1.4.1.41916.100.1.157 viptelaWwanBearer 0=unknown,1=cdma-1x,2=cdma-1xevdo-rev0,3=gprs,4=umts,5=cdma-1xevdo-revA,6=edge,7=hsdpa-wcdma,8=wcdma-hsupa,9=hsdpa-hsupa,10=lte,11=cdma-ehdrpd,12=hsdpaplus-wcdma,13=hsdpaplus-hsupa,14=dchsdpaplus-wcdma,15=dchsdpaplus-hsupa,16=hsdpaplus-64qam,17=hsdpaplus-64qam-hsupa,18=tdscdma,19=tdscdma-hsdpa
1.3.6.1.4.1.41916.100.1.158 viptelaActionsReason
1.3.6.1.4.1.41916.100.1.159 viptelaWwanIfname
1.3.6.1.4.1.41916.100.1.160 viptelaExitLocalColor
1.3.6.1.4.1.41916.100.1.161 viptelaExitRemoteColor
1.3.6.1.4.1.41916.100.1.162 viptelaSecurityOrganizationName
1.3.6.1.4.1.41916.100.1.163 viptelaSecuritySpOrganizationName
1.3.6.1.4.1.41916.100.1.164 viptelaBfdFlapReason 1=bfd-deleted,2=remote-down,3=timeout,4=na,5=not-known,6=ondemand-idle-timeout-delete
1.3.6.1.4.1.41916.100.1.165 viptelaSecurityPeerVmanageSystemIp
1.3.6.1.4.1.41916.100.1.166 viptelaPolicySvcVpnId
1.3.6.1.4.1.41916.100.1.167 viptelaPolicyZonePair
1.3.6.1.4.1.41916.100.1.168 viptelaPolicySourceVpn
1.3.6.1.4.1.41916.100.1.169 viptelaPolicyDestinationVpn
1.3.6.1.4.1.41916.100.1.170 viptelaPolicyState
1.3.6.1.4.1.41916.100.1.171 viptelaPolicyCurrFlows
1.3.6.1.4.1.41916.100.1.172 viptelaPolicyHthreshFlows
1.3.6.1.4.1.41916.100.1.173 viptelaPolicyLthreshFlows
1.3.6.1.4.1.41916.100.1.174 viptelaPolicyMaxFlows
1.3.6.1.4.1.41916.100.1.175 viptelaPolicyAction
1.3.6.1.4.1.41916.100.1.176 viptelaPolicyCurrHalfOpenFlows
1.3.6.1.4.1.41916.100.1.177 viptelaPolicyHthreshHalfOpenFlows
1.3.6.1.4.1.41916.100.1.178 viptelaPolicyMaxHalfOpenFlows
1.3.6.1.4.1.41916.100.1.179 viptelaPolicyLthreshHalfOpenFlows
1.3.6.1.4.1.41916.100.1.180 viptelaPolicySlaName
1.3.6.1.4.1.41916.100.1.181 viptelaPolicySlaOperation
1.3.6.1.4.1.41916.100.1.182 viptelaPolicySlaLoss
1.3.6.1.4.1.41916.100.1.183 viptelaPolicySlaLatency
1.3.6.1.4.1.41916.100.1.184 viptelaPolicySlaJitter
1.3.6.1.4.1.41916.100.1.185 viptelaPolicyDevicePolicyName
1.3.6.1.4.1.41916.100.1.186 viptelaWwanQosState 1=activated,2=modified,3=deleted,4=suspended,5=enabled,6=disabled
1.3.6.1.4.1.41916.100.1.187 viptelaSecuritySubjectSerialNumber
1.3.6.1.4.1.41916.100.1.188 viptelaAppRouteAppProbePfrStats
1.3.6.1.4.1.41916.100.1.189 viptelaPolicySlaAppProbeClass
1.3.6.1.4.1.41916.100.1.190 viptelaSystemCpuUserPercentage
1.3.6.1.4.1.41916.100.1.191 viptelaSystemCpuSystemPercentage
1.3.6.1.4.1.41916.100.1.192 viptelaSystemCpuIdlePercentage
1.3.6.1.4.1.41916.100.1.193 viptelaSecurityCertificateType 1=web-server,2=enterprise,3=vmanage
1.3.6.1.4.1.41916.100.1.194 viptelaSecurityIssuer
1.3.6.1.4.1.41916.100.1.195 viptelaSecurityDaysToExpiry
1.3.6.1.4.1.41916.100.1.196 viptelaSecurityCertificateSerialNumber
1.3.6.1.4.1.41916.100.1.197 viptelaPolicyAppAlias
1.3.6.1.4.1.41916.100.1.198 viptelaPolicyUnsupportedApp
1.3.6.1.4.1.41916.100.1.199 viptelaPolicyAppListName
1.3.6.1.4.1.41916.100.1.200 viptelaHardwareSfpDiagName
1.3.6.1.4.1.41916.100.1.201 viptelaHardwareSfpDiagState 0=no-alarm,1=warn-low,2=alarm-low,3=warn-high,4=alarm-high
1.3.6.1.4.1.41916.100.1.202 viptelaHardwareSfpDiagStateDescription
1.3.6.1.4.1.41916.100.2.1 viptelaActionsSystemSoftwareInstallStatus
1.3.6.1.4.1.41916.100.2.2 viptelaActionsSystemRebootIssued
1.3.6.1.4.1.41916.100.2.3 viptelaActionsSystemRebootComplete
1.3.6.1.4.1.41916.100.2.4 viptelaBfdBfdStateChange
1.3.6.1.4.1.41916.100.2.5 viptelaHardwareFlashFault
1.3.6.1.4.1.41916.100.2.6 viptelaHardwareEmmcFault
1.3.6.1.4.1.41916.100.2.7 viptelaHardwareSdcardFault
1.3.6.1.4.1.41916.100.2.8 viptelaHardwareTempsensorFault
1.3.6.1.4.1.41916.100.2.9 viptelaHardwareTempsensorState
1.3.6.1.4.1.41916.100.2.10 viptelaHardwareFanFault
1.3.6.1.4.1.41916.100.2.11 viptelaHardwareFantrayFault
1.3.6.1.4.1.41916.100.2.12 viptelaHardwarePemFault
1.3.6.1.4.1.41916.100.2.13 viptelaHardwarePemStateChange
1.3.6.1.4.1.41916.100.2.14 viptelaHardwarePimFault
1.3.6.1.4.1.41916.100.2.15 viptelaHardwarePimStateChange
1.3.6.1.4.1.41916.100.2.16 viptelaHardwareSfpStateChange
1.3.6.1.4.1.41916.100.2.17 viptelaHardwareUsbStateChange
1.3.6.1.4.1.41916.100.2.18 viptelaOmpOmpNumberOfVsmartsChange
1.3.6.1.4.1.41916.100.2.19 viptelaOmpOmpStateChange
1.3.6.1.4.1.41916.100.2.20 viptelaOmpOmpPeerStateChange
1.3.6.1.4.1.41916.100.2.21 viptelaOmpOmpTlocStateChange
1.3.6.1.4.1.41916.100.2.22 viptelaOmpOmpPolicy
1.3.6.1.4.1.41916.100.2.23 viptelaSecurityControlConnectionStateChange
1.3.6.1.4.1.41916.100.2.24 viptelaSecurityControlConnectionAuthFail
1.3.6.1.4.1.41916.100.2.25 viptelaSecurityControlVbondStateChange
1.3.6.1.4.1.41916.100.2.26 viptelaSecurityControlConnectionTlocIpChange
1.3.6.1.4.1.41916.100.2.27 viptelaSecurityControlNoActiveVsmart
1.3.6.1.4.1.41916.100.2.28 viptelaSecurityControlNoActiveVbond
1.3.6.1.4.1.41916.100.2.29 viptelaSecurityTunnelIpsecRekey
1.3.6.1.4.1.41916.100.2.30 viptelaSecurityTunnelIpsecManualRekey
1.3.6.1.4.1.41916.100.2.31 viptelaSecuritySecurityRootCertChainInstalled
1.3.6.1.4.1.41916.100.2.32 viptelaSecuritySecurityCertificateInstalled
1.3.6.1.4.1.41916.100.2.33 viptelaSecuritySecurityNewCsrGenerated
1.3.6.1.4.1.41916.100.2.34 viptelaSecuritySecurityRootCertChainUninstalled
1.3.6.1.4.1.41916.100.2.35 viptelaSecuritySecurityClearInstalledCertificate
1.3.6.1.4.1.41916.100.2.36 viptelaSecuritySecurityVedgeSerialFileUploaded
1.3.6.1.4.1.41916.100.2.37 viptelaSecuritySecurityVsmartSerialFileUploaded
1.3.6.1.4.1.41916.100.2.38 viptelaSecuritySecurityVedgeEntryAdded
1.3.6.1.4.1.41916.100.2.39 viptelaSecuritySecurityVedgeEntryRemoved
1.3.6.1.4.1.41916.100.2.40 viptelaSecuritySecurityVsmartEntryAdded
1.3.6.1.4.1.41916.100.2.41 viptelaSecuritySecurityVsmartEntryRemoved
1.3.6.1.4.1.41916.100.2.42 viptelaSystemProcessRestart
1.3.6.1.4.1.41916.100.2.43 viptelaSystemDiskUsage
1.3.6.1.4.1.41916.100.2.44 viptelaSystemMemoryUsage
1.3.6.1.4.1.41916.100.2.45 viptelaSystemAaaAdminPwdChange
1.3.6.1.4.1.41916.100.2.46 viptelaSystemSiteIdChange
1.3.6.1.4.1.41916.100.2.47 viptelaSystemDomainIdChange
1.3.6.1.4.1.41916.100.2.48 viptelaSystemSystemIpChange
1.3.6.1.4.1.41916.100.2.49 viptelaSystemOrgNameChange
1.3.6.1.4.1.41916.100.2.50 viptelaSystemSystemLoginChange
1.3.6.1.4.1.41916.100.2.51 viptelaSystemSystemLogoutChange
1.3.6.1.4.1.41916.100.2.52 viptelaSystemSystemAaaLoginFail
1.3.6.1.4.1.41916.100.2.53 viptelaSystemSystemCommit
1.3.6.1.4.1.41916.100.2.54 viptelaVpnBgpPeerStateChange
1.3.6.1.4.1.41916.100.2.55 viptelaVpnInterfaceStateChange
1.3.6.1.4.1.41916.100.2.56 viptelaVpnVrrpGroupStateChange
1.3.6.1.4.1.41916.100.2.57 viptelaVpnRouteInstallFail
1.3.6.1.4.1.41916.100.2.58 viptelaVpnTunnelInstallFail
1.3.6.1.4.1.41916.100.2.59 viptelaVpnDhcpAddressAssigned
1.3.6.1.4.1.41916.100.2.60 viptelaVpnDhcpAddressRenewed
1.3.6.1.4.1.41916.100.2.61 viptelaVpnDhcpAddressReleased
1.3.6.1.4.1.41916.100.2.62 viptelaVpnDhcpRequestRejected
1.3.6.1.4.1.41916.100.2.63 viptelaVpnDhcpServerStateChange
1.3.6.1.4.1.41916.100.2.64 viptelaVpnPimNeighborStateChange
1.3.6.1.4.1.41916.100.2.65 viptelaVpnPimInterfaceStateChange
1.3.6.1.4.1.41916.100.2.66 viptelaVpnPimTunnelStateChange
1.3.6.1.4.1.41916.100.2.67 viptelaVpnOspfNeighborStateChange
1.3.6.1.4.1.41916.100.2.68 viptelaVpnOspfInterfaceStateChange
1.3.6.1.4.1.41916.100.2.69 viptelaSystemPseudoCommitStatus
1.3.6.1.4.1.41916.100.2.70 viptelaAppRouteSlaChange
1.3.6.1.4.1.41916.100.2.71 viptelaSecuritySecurityCertificateExpired
1.3.6.1.4.1.41916.100.2.72 viptelaVpnFibStateChange
1.3.6.1.4.1.41916.100.2.73 viptelaBridgeCreation
1.3.6.1.4.1.41916.100.2.74 viptelaBridgeDeletion
1.3.6.1.4.1.41916.100.2.75 viptelaBridgeMaxMacReached
1.3.6.1.4.1.41916.100.2.76 viptelaSecurityControlVedgeListRequest
1.3.6.1.4.1.41916.100.2.77 viptelaPolicySlaViolation
1.3.6.1.4.1.41916.100.2.78 viptelaPolicySlaViolationPktDrop
1.3.6.1.4.1.41916.100.2.79 viptelaVpnInterfacePcsFaultDetected
1.3.6.1.4.1.41916.100.2.80 viptelaSystemAppDpiFlowsOutOfMemory
1.3.6.1.4.1.41916.100.2.81 viptelaSecurityGreStateUpdate
1.3.6.1.4.1.41916.100.2.82 viptelaVpnInterfaceBw
1.3.6.1.4.1.41916.100.2.83 viptelaHardwareSfpSupportState
1.3.6.1.4.1.41916.100.2.84 viptelaPolicyDataPolicyAssociationStatus
1.3.6.1.4.1.41916.100.2.85 viptelaPolicyAccessListAssociationStatus
1.3.6.1.4.1.41916.100.2.86 viptelaSecurityVmanageConnectionPreferenceChanged
1.3.6.1.4.1.41916.100.2.87 viptelaVpnCloudExpressMaxLocalExitExceeded
1.3.6.1.4.1.41916.100.2.88 viptelaVpnCloudExpressApplicationChange
1.3.6.1.4.1.41916.100.2.89 viptelaVpnCloudExpressScoreChange
1.3.6.1.4.1.41916.100.2.90 viptelaWwanSimStateChange
1.3.6.1.4.1.41916.100.2.91 viptelaSystemAppDpiFlowsWriteFailedVedge
1.3.6.1.4.1.41916.100.2.92 viptelaVpnInterfaceAdminStateChange
1.3.6.1.4.1.41916.100.2.93 viptelaWwanDomainStateChange
1.3.6.1.4.1.41916.100.2.94 viptelaWwanRegStateChange
1.3.6.1.4.1.41916.100.2.95 viptelaWwanBearerChange
1.3.6.1.4.1.41916.100.2.96 viptelaSystemProcessDown
1.3.6.1.4.1.41916.100.2.97 viptelaActionsSystemRebootAborted
1.3.6.1.4.1.41916.100.2.98 viptelaSecurityVbondRejectVedgeConnection
1.3.6.1.4.1.41916.100.2.99 viptelaSecurityDeviceTemplateMissing
1.3.6.1.4.1.41916.100.2.100 viptelaSecurityDeviceTemplateAttachedDuringZtp
1.3.6.1.4.1.41916.100.2.101 viptelaPolicyZbfFlowCreation
1.3.6.1.4.1.41916.100.2.102 viptelaPolicyZbfFlowDeletion
1.3.6.1.4.1.41916.100.2.103 viptelaPolicyZbfFlowTableFull
1.3.6.1.4.1.41916.100.2.104 viptelaPolicyZbfClearFlowTableFull
1.3.6.1.4.1.41916.100.2.105 viptelaPolicyZbfPktLog
1.3.6.1.4.1.41916.100.2.106 viptelaPolicyZbfHalfOpenHit
1.3.6.1.4.1.41916.100.2.107 viptelaPolicyZbfClearHalfOpenHit
1.3.6.1.4.1.41916.100.2.108 viptelaPolicySlaConfig
1.3.6.1.4.1.41916.100.2.109 viptelaVpnLastResortStateChange
1.3.6.1.4.1.41916.100.2.110 viptelaPolicyDevicePolicyAssociationStatus
1.3.6.1.4.1.41916.100.2.111 viptelaWwanQosStateChange
1.3.6.1.4.1.41916.100.2.112 viptelaCdbUnlocked
1.3.6.1.4.1.41916.100.2.113 viptelaSecuritySecurityUnclaimedVedgeEntryAdded
1.3.6.1.4.1.41916.100.2.114 viptelaSystemCpuUsage
1.3.6.1.4.1.41916.100.2.115 viptelaSecuritySecurityCertificateExpiring
1.3.6.1.4.1.41916.100.2.116 viptelaPolicyAppListAppAliasesNotify
1.3.6.1.4.1.41916.100.2.117 viptelaPolicyAppListUnsupportedAppNotify
1.3.6.1.4.1.41916.100.2.118 viptelaSecuritySecurityRootCaCrlInstalled
1.3.6.1.4.1.41916.100.2.119 viptelaSecuritySecurityRootCaCrlUninstalled
1.3.6.1.4.1.41916.100.2.120 viptelaHardwareSfpDiagAlarmState
1.3.6.1.6.3.1.1.4.1 snmpTrapOID
1.3.6.1.6.3.1.1.4.3 snmpTrapEnterprise
1.3.6.1.6.3.1.1.5.1 coldStart
1.3.6.1.6.3.1.1.5.2 warmStart
1.3.6.1.6.3.1.1.5.3 linkDown
1.3.6.1.6.3.1.1.5.4 linkUp
1.3.6.1.6.3.1.1.5.5 authenticationFailure
1.3.6.1.6.3.1.1.6.1 snmpSetSerialNo
1.3.6.1.6.3.18.1.1.1.1 snmpCommunityIndex
1.3.6.1.6.3.18.1.1.1.2 snmpCommunityName
1.3.6.1.6.3.18.1.1.1.3 snmpCommunitySecurityName
1.3.6.1.6.3.18.1.1.1.4 snmpCommunityContextEngineID
1.3.6.1.6.3.18.1.1.1.5 snmpCommunityContextName
1.3.6.1.6.3.18.1.1.1.6 snmpCommunityTransportTag
1.3.6.1.6.3.18.1.1.1.7 snmpCommunityStorageType 1=other,2=volatile,3=nonVolatile,4=permanent,5=readOnly
1.3.6.1.6.3.18.1.1.1.8 snmpCommunityStatus 1=active,2=notInService,3=notReady,4=createAndGo,5=createAndWait,6=destroy
1.3.6.1.6.3.18.1.2.1.1 snmpTargetAddrTMask
1.3.6.1.6.3.18.1.2.1.2 snmpTargetAddrMMS
1.3.6.1.6.3.18.1.3 snmpTrapAddress
1.3.6.1.6.3.18.1.4 snmpTrapCommunity
`;
